//go:build linux || freebsd || openbsd || netbsd

package item_test

import (
	"context"
	"image"
	"image/color"
	"log/slog"
	"testing"

	"github.com/godbus/dbus/v5"

	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/ui/tray/item"
)

// shown is what the tests' menu shows at first.
func shown() []item.Row {
	return []item.Row{
		plain:   {Label: "a_b&c", Key: 'a', Enabled: true}, // which has no keys
		submenu: {Label: "More", Key: 'm', Enabled: true},
		inside:  {Label: "Inside", Enabled: true},
		check:   {Label: "A Switch", Key: 's', Enabled: true, Checked: true},
		hidden:  {},
	}
}

// shower is an item that runs, and a panel's connection to it.
type shower struct {
	*item.Item
	t       *testing.T
	address string // the bus's
	conn    *dbus.Conn
	name    string // the item's connection
	signals chan *dbus.Signal
	happens chan any // the numbers of lines that were clicked, and "opened", "activated"
	end     func() error
}

// start shows an item on a bus with a panel.
func start(t *testing.T) *shower {
	t.Helper()
	address := kit.Bus(t)
	s := &shower{t: t, address: address, conn: kit.Connect(t, address), signals: make(chan *dbus.Signal, 64), happens: make(chan any, 16)}
	w := newWatcher(t, s.conn)
	kit.Own(t, s.conn, watcherName)
	must.Do(t, s.conn.AddMatchSignal(dbus.WithMatchPathNamespace(itemPath)))
	s.conn.Signal(s.signals)
	s.Item, s.end = run(t, address, s.happens)
	s.name = kit.Receive(t, "the item", w.items)
	return s
}

// run opens an item and runs it until end is called or the test ends.
func run(t *testing.T, address string, happens chan any) (i *item.Item, end func() error) {
	t.Helper()
	i, err := item.Open(t.Context(), item.Config{
		Title: "Test", Address: address, Log: slog.New(slog.DiscardHandler),
		Lines: []item.Line{
			submenu: {}, inside: {Below: submenu}, line: {Kind: item.Separator}, check: {Kind: item.Switch}, hidden: {},
		},
		Clicked:   func(n int) { happens <- n },
		Opened:    func() { happens <- "opened" },
		Activated: func() { happens <- "activated" },
	})
	must.Do(t, err)
	i.SetIcon(picture(color.NRGBA{0x10, 0x20, 0x30, 0x40}))
	i.SetTooltip("tip")
	i.SetRows(shown())
	ctx, cancel := context.WithCancel(t.Context())
	ended := kit.Later(func() error { return i.Run(ctx) })
	end = func() error { cancel(); return kit.Receive(t, "the end of Run", ended) }
	return i, end
}

// picture is a PNG of one colour.
func picture(c color.NRGBA) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	img.SetNRGBA(0, 0, c)
	img.SetNRGBA(1, 0, c)
	return img
}

// call calls a method of the item or its menu and stores what it returns.
func (s *shower) call(path dbus.ObjectPath, method string, args []any, into ...any) error {
	return s.conn.Object(s.name, path).Call(method, 0, args...).Store(into...)
}

// fails wants a call to fail in one way.
func (s *shower) fails(path dbus.ObjectPath, want, method string, args ...any) {
	s.t.Helper()
	err := s.conn.Object(s.name, path).Call(method, 0, args...).Err
	if failed, ok := err.(dbus.Error); !ok || failed.Name != "org.freedesktop.DBus.Error."+want { //nolint:errorlint // as godbus returns it
		s.t.Errorf("%s(%v) = %v, want %s", method, args, err, want)
	}
}

// next is the next signal of the item or its menu.
func (s *shower) next(name string) []any {
	s.t.Helper()
	signal := kit.Receive(s.t, name, s.signals)
	if signal.Name != name {
		s.t.Errorf("the signal is %s, want %s", signal.Name, name)
	}
	return signal.Body
}
