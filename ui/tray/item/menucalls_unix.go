//go:build linux || freebsd || openbsd || netbsd

package item

import "github.com/godbus/dbus/v5"

// event is what happened to a line: (isvu).
type event struct {
	ID   int32
	Name string
	Data dbus.Variant
	Time uint32
}

func invalid(what string) *dbus.Error {
	return dbus.NewError("org.freedesktop.DBus.Error.InvalidArgs", []any{what})
}

func noLine() *dbus.Error { return invalid("the menu has no such line") }

// revision is that of the menu's layout, which never changes.
const revision = uint32(1)

// readMenu answers the calls that read the menu, in the order in which they come.
// godbus would answer each in a goroutine of its own, so that one answer can overtake
// another: libdbusmenu-gtk leaves a submenu empty for good if it gets its rows first
// and the row that opens it later. Besides, a signal about a change could overtake an
// answer from before it. It is called with every message that comes.
func (i *Item) readMenu(call *dbus.Message) {
	if call.Type != dbus.TypeMethodCall || call.Headers[dbus.FieldPath].Value() != menuPath || call.Headers[dbus.FieldInterface].Value() != menuIface {
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.shown {
		return
	}
	switch call.Headers[dbus.FieldMember].Value() {
	case "GetLayout":
		var parent, depth int32
		var names []string
		if err := dbus.Store(call.Body, &parent, &depth, &names); err != nil {
			i.answer(call, invalid(err.Error()))
		} else if !i.menu.has(parent) {
			i.answer(call, noLine())
		} else {
			i.answer(call, nil, revision, i.menu.layout(int(parent), depth, names))
		}
	case "GetGroupProperties":
		var ids []int32
		var names []string
		if err := dbus.Store(call.Body, &ids, &names); err != nil {
			i.answer(call, invalid(err.Error()))
		} else {
			i.answer(call, nil, i.menu.group(ids, names))
		}
	}
}

// answer answers a call with values or an error, and leaves nothing of the call for
// godbus.
func (i *Item) answer(call *dbus.Message, failed *dbus.Error, values ...any) {
	reply := &dbus.Message{Type: dbus.TypeMethodReply, Body: values, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldDestination: call.Headers[dbus.FieldSender],
		dbus.FieldReplySerial: dbus.MakeVariant(call.Serial()),
	}}
	if failed != nil {
		reply.Type, reply.Body = dbus.TypeError, failed.Body
		reply.Headers[dbus.FieldErrorName] = dbus.MakeVariant(failed.Name)
	}
	reply.Headers[dbus.FieldSignature] = dbus.MakeVariant(dbus.SignatureOf(reply.Body...))
	if call.Flags&dbus.FlagNoReplyExpected == 0 {
		i.conn.Send(reply, nil)
	}
	call.Type = 0
}

// menuMethods are the menu's other ones, by their names on the bus.
func (i *Item) menuMethods() map[string]any {
	return map[string]any{
		"GetProperty": i.getProperty, "Event": i.event, "EventGroup": i.eventGroup,
		"AboutToShow": i.aboutToShow, "AboutToShowGroup": i.aboutToShowGroup,
	}
}

func (i *Item) getProperty(id int32, name string) (dbus.Variant, *dbus.Error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.menu.has(id) {
		return dbus.Variant{}, noLine()
	}
	value, ok := i.menu.properties(int(id), nil)[name]
	if !ok {
		return dbus.Variant{}, invalid("the line has no such property")
	}
	return value, nil
}

func (i *Item) event(id int32, name string, _ dbus.Variant, _ uint32) *dbus.Error {
	i.mu.Lock()
	there := i.menu.has(id)
	live := there && i.menu.rows[id].visible && i.menu.rows[id].Enabled // else it is a click on what a panel showed before
	i.mu.Unlock()
	switch {
	case !there:
		return noLine()
	case name == "clicked" && live:
		i.tell(func() { i.cfg.Clicked(int(id)) })
	case name == "opened" && id == 0:
		i.tell(i.cfg.Opened)
	}
	return nil
}

func (i *Item) eventGroup(events []event) (unknown []int32, _ *dbus.Error) {
	unknown = []int32{}
	for _, e := range events {
		if i.event(e.ID, e.Name, e.Data, e.Time) != nil {
			unknown = append(unknown, e.ID)
		}
	}
	if len(events) > 0 && len(unknown) == len(events) {
		return nil, noLine()
	}
	return unknown, nil
}

// aboutToShow is called before a panel shows the menu or a submenu. Those built on
// libdbusmenu-gtk, such as Xfce's, say no more than this about its opening. The first
// time it is no opening: the panel has just come, and reads the menu. No panel has to
// read it again, because it was told of every change.
func (i *Item) aboutToShow(id int32, sender dbus.Sender) (update bool, _ *dbus.Error) {
	i.mu.Lock()
	there, opens := i.menu.has(id), id == 0 && i.menu.meet(sender)
	i.mu.Unlock()
	if !there {
		return false, noLine()
	}
	if opens {
		i.tell(i.cfg.Opened)
	}
	return false, nil
}

func (i *Item) aboutToShowGroup(ids []int32, sender dbus.Sender) (updates, unknown []int32, _ *dbus.Error) {
	unknown = []int32{}
	for _, id := range ids {
		if _, err := i.aboutToShow(id, sender); err != nil {
			unknown = append(unknown, id)
		}
	}
	if len(ids) > 0 && len(unknown) == len(ids) {
		return nil, nil, noLine()
	}
	return []int32{}, unknown, nil
}
