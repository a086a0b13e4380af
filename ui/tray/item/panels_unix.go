//go:build linux || freebsd || openbsd || netbsd

package item

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/godbus/dbus/v5"
)

// The panel's side of the StatusNotifierItem specification.
const (
	watcher     = "org.kde.StatusNotifierWatcher"
	watcherPath = dbus.ObjectPath("/StatusNotifierWatcher")
)

// A panel that does not take the item, perhaps because it has taken its name on the bus
// before it can answer, is asked again after a pause, so many times.
const (
	pause = time.Second
	tries = 5
)

// PanelThere reports whether some panel shows items. It starts nothing and returns when
// ctx is done.
func (b *Bus) PanelThere(ctx context.Context) (there bool, err error) {
	if err := b.conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, watcher).Store(&there); err != nil {
		return false, fmt.Errorf("asking for the panel: %w", err)
	}
	return there, nil
}

// panels registers the item with every panel that comes. Only Run uses it. A panel
// that hangs holds up nothing: its answer is waited for until the next panel comes.
type panels struct {
	conn    *dbus.Conn
	log     *slog.Logger
	changes chan *dbus.Signal
	answer  chan *dbus.Call // of the panel asked last
	again   *time.Timer
	asked   int // how often this panel was asked
}

// newPanels watches for panels, and registers with one that is there already.
func newPanels(ctx context.Context, conn *dbus.Conn, log *slog.Logger) *panels {
	p := &panels{conn: conn, log: log, changes: make(chan *dbus.Signal, 16), again: time.NewTimer(pause)}
	p.again.Stop()
	conn.Signal(p.changes)
	// The bus takes one call after the other, so no panel comes unnoticed in between.
	watch := conn.BusObject().GoWithContext(ctx, "org.freedesktop.DBus.AddMatch", 0, make(chan *dbus.Call, 1),
		"type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='"+watcher+"'")
	p.register(ctx)
	if err := (<-watch.Done).Err; err != nil && ctx.Err() == nil {
		log.Warn("Cannot watch for panels; the icon may not come back after one was restarted", "error", err)
	}
	return p
}

// came reports whether a signal says that a panel has appeared. Any program may send
// others.
func came(change *dbus.Signal) bool {
	var name, before, after string
	return change.Sender == "org.freedesktop.DBus" && dbus.Store(change.Body, &name, &before, &after) == nil &&
		name == watcher && after != ""
}

// appeared is for a new panel.
func (p *panels) appeared(ctx context.Context) {
	p.asked = 0
	p.register(ctx)
}

// register asks the panel to show the item, which it knows by its connection and path.
func (p *panels) register(ctx context.Context) {
	p.again.Stop()
	p.asked++
	p.answer = make(chan *dbus.Call, 1)
	p.conn.Object(watcher, watcherPath).GoWithContext(ctx, watcher+".RegisterStatusNotifierItem", 0, p.answer, string(itemPath))
}

// answered is for a panel's answer.
func (p *panels) answered(answer *dbus.Call) {
	p.answer = nil
	var why dbus.Error
	switch {
	case answer.Err == nil, errors.Is(answer.Err, context.Canceled):
	case errors.As(answer.Err, &why) && (why.Name == "org.freedesktop.DBus.Error.ServiceUnknown" || why.Name == "org.freedesktop.DBus.Error.NameHasNoOwner"):
		// There is no panel, or no more.
	case p.asked < tries:
		p.again.Reset(pause)
	default:
		p.log.Warn("The panel does not show the icon", "error", answer.Err)
	}
}
