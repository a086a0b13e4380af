//go:build linux || freebsd || openbsd || netbsd

package tray

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/godbus/dbus/v5"

	"rekey/internal/sessionbus"
)

// watcher is the well-known name of the panel's side, from the
// StatusNotifierItem specification.
const watcher = "org.kde.StatusNotifierWatcher"

// Probe reports whether a tray can be shown: nil, ErrNoPanel, or *NoBusError.
// address is the bus's, or "" for this session's, which Run uses. Probe starts
// nothing and returns when ctx is done.
func Probe(ctx context.Context, address string) error {
	conn, err := sessionbus.Dial(ctx, address)
	if err != nil {
		return &NoBusError{Err: err}
	}
	defer func() { _ = conn.Close() }()
	var owned bool
	call := conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, watcher)
	if err := call.Store(&owned); err != nil {
		return &NoBusError{Err: fmt.Errorf("asking for the panel: %w", err)}
	}
	if !owned {
		return ErrNoPanel
	}
	return nil
}

const (
	watcherPath = dbus.ObjectPath("/StatusNotifierWatcher")
	// afterYou is how long systray may take to register with a new panel before
	// we check.
	afterYou = time.Second
	// panelLimit bounds the calls to a panel, which may hang.
	panelLimit = 10 * time.Second
)

// watchPanel makes sure that every new panel shows the icon, until ctx or the
// connection ends. systray registers the icon itself, but not with a panel that
// appears just after the program's start, and never again once its connection
// has received an unknown signal. So whenever a panel appears, this asks it for
// its icons and registers ours if it is missing. See
// https://github.com/fyne-io/systray/issues/131, open as of v1.12.3; a release
// that fixes it makes this file unnecessary.
func watchPanel(ctx context.Context, conn *dbus.Conn, log *slog.Logger) {
	changes := make(chan *dbus.Signal, 16)
	conn.Signal(changes)
	defer conn.RemoveSignal(changes)
	err := conn.AddMatchSignalContext(ctx,
		dbus.WithMatchSender("org.freedesktop.DBus"), dbus.WithMatchInterface("org.freedesktop.DBus"),
		dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, watcher))
	if err != nil && ctx.Err() == nil {
		log.Warn("Cannot watch for panels; the icon may not come back after one was restarted", "error", err)
	}
	look := time.NewTimer(afterYou) // a panel may have been there before
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case change, ok := <-changes:
			if !ok {
				return // the connection has ended
			}
			if came(change) {
				look.Reset(afterYou)
			}
		case <-look.C:
			if err := ensureShown(ctx, conn); err != nil && ctx.Err() == nil {
				log.Warn("The panel does not show the icon", "error", err)
			}
		}
	}
}

// came reports whether a signal says that a panel has appeared.
func came(change *dbus.Signal) bool {
	var name, before, after string
	return change.Sender == "org.freedesktop.DBus" && dbus.Store(change.Body, &name, &before, &after) == nil &&
		name == watcher && after != ""
}

// ensureShown registers our item with the panel, if there is one without it.
func ensureShown(ctx context.Context, conn *dbus.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, panelLimit)
	defer cancel()
	var owned bool
	if err := conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, watcher).Store(&owned); err != nil || !owned {
		return err
	}
	ours := fmt.Sprintf("org.kde.StatusNotifierItem-%d-1", syscall.Getpid()) // as systray calls it
	var unique string
	if err := conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.GetNameOwner", 0, ours).Store(&unique); err != nil {
		return fmt.Errorf("finding the icon on the bus: %w", err)
	}
	panel := conn.Object(watcher, watcherPath)
	var items []string
	if err := panel.CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, watcher, "RegisteredStatusNotifierItems").Store(&items); err != nil {
		return fmt.Errorf("asking for the panel's icons: %w", err)
	}
	if slices.ContainsFunc(items, func(item string) bool {
		connection := connectionOf(item)
		return connection == ours || connection == unique
	}) {
		return nil
	}
	if err := panel.CallWithContext(ctx, watcher+".RegisterStatusNotifierItem", 0, ours).Err; err != nil {
		return fmt.Errorf("registering the icon: %w", err)
	}
	return nil
}

// connectionOf is the connection in a panel's entry for an item: its well-known
// or unique name, without the item's path. GNOME's AppIndicator
// extension writes ":1.53@/StatusNotifierItem", the others
// ":1.53/StatusNotifierItem".
func connectionOf(item string) string {
	if end := strings.IndexAny(item, "@/"); end >= 0 {
		return item[:end]
	}
	return item
}
