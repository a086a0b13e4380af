//go:build linux || freebsd || openbsd || netbsd

package tray

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"

	"rekey/internal/sessionbus"
)

// The settings of a desktop as programs may read them: the interface
// org.freedesktop.portal.Settings.
const (
	portalName   = "org.freedesktop.portal.Desktop"
	portalPath   = dbus.ObjectPath("/org/freedesktop/portal/desktop")
	settings     = "org.freedesktop.portal.Settings"
	appearance   = "org.freedesktop.appearance"
	colourScheme = "color-scheme"

	// kdeSettings is the interface on which Plasma sends notifyChange when a
	// setting has changed.
	kdeSettings = "org.kde.KGlobalSettings"
)

// portalLimit bounds the request, for which the portal may have to be started.
const portalLimit = 10 * time.Second

// tellsPanelColour reports whether a desktop, as in XDG_CURRENT_DESKTOP, has
// panels in the colour of its programs, as Plasma does. GNOME's bar is always
// dark, and Xfce's panel has a setting of its own; they are not asked, and the
// icons' outlines keep them readable on both.
func tellsPanelColour(desktop string) bool {
	return slices.Contains(strings.Split(desktop, ":"), "KDE")
}

// watchPanelColour calls dark with whether the panel is dark, now and whenever
// that changes, until ctx is done; never if that is unknown. address is the
// bus's, or "" for this session's. Without a portal it uses colours: see
// Options.DarkColours.
func watchPanelColour(ctx context.Context, address, desktop string, colours func() (dark, known bool), dark func(bool)) {
	if !tellsPanelColour(desktop) {
		return
	}
	asking, cancel := context.WithTimeout(ctx, portalLimit)
	defer cancel()
	conn, err := sessionbus.Dial(asking, address)
	if err != nil {
		return // without a bus there is no tray either, which is reported elsewhere
	}
	defer func() { _ = conn.Close() }()
	// Subscribe first, so that no change is missed.
	changes := make(chan *dbus.Signal, 8)
	conn.Signal(changes)
	if subscribeToColours(asking, conn) != nil {
		return
	}
	var value dbus.Variant
	call := conn.Object(portalName, portalPath).CallWithContext(asking, settings+".Read", 0, appearance, colourScheme)
	if call.Store(&value) == nil {
		tellScheme(value, dark)
		colours = nil
	}
	tellColours(colours, dark)
	for {
		select {
		case <-ctx.Done():
			return
		case change, ok := <-changes:
			if !ok {
				return
			}
			if change.Name == kdeSettings+".notifyChange" {
				tellColours(colours, dark)
				continue
			}
			var space, key string
			var value dbus.Variant
			if dbus.Store(change.Body, &space, &key, &value) == nil && space == appearance && key == colourScheme {
				tellScheme(value, dark)
			}
		}
	}
}

// subscribeToColours has the bus send the changes of the portal's settings and Plasma's.
func subscribeToColours(ctx context.Context, conn *dbus.Conn) error {
	err := conn.AddMatchSignalContext(ctx, dbus.WithMatchSender(portalName), dbus.WithMatchObjectPath(portalPath),
		dbus.WithMatchInterface(settings), dbus.WithMatchMember("SettingChanged"), dbus.WithMatchArg(0, appearance))
	if err != nil {
		return err
	}
	return conn.AddMatchSignalContext(ctx, dbus.WithMatchInterface(kdeSettings), dbus.WithMatchMember("notifyChange"))
}

// tellColours passes on what the colours of programs say; nil: there is a portal that
// knows better, or no such colours.
func tellColours(colours func() (dark, known bool), dark func(bool)) {
	if colours == nil {
		return
	}
	if is, known := colours(); known {
		dark(is)
	}
}

// tellScheme passes on the meaning of the setting's value: 1 is dark, 2 is
// light, and 0 is "no preference", which means unknown.
func tellScheme(value dbus.Variant, dark func(bool)) {
	if inside, ok := value.Value().(dbus.Variant); ok { // as Read wraps it
		value = inside
	}
	if scheme, ok := value.Value().(uint32); ok && (scheme == 1 || scheme == 2) {
		dark(scheme == 1)
	}
}
