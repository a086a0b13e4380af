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

	// kdeSettings is what Plasma's settings send notifyChange on when one of them
	// was changed.
	kdeSettings = "org.kde.KGlobalSettings"
)

// portalLimit bounds the asking: the portal may have to be started for it.
const portalLimit = 10 * time.Second

// tellsPanelColour reports whether a desktop, as XDG_CURRENT_DESKTOP names it,
// has panels in the colour of its programs. Plasma has. GNOME's bar is dark
// whatever the programs are, Xfce's panel has a switch of its own; of them
// nothing is asked, and the icons' rims keep them readable on either.
func tellsPanelColour(desktop string) bool {
	return slices.Contains(strings.Split(desktop, ":"), "KDE")
}

// watchPanelColour calls dark with whether the panel is dark, now and whenever
// that changes, until ctx ends. Where nobody tells, it never does. The address
// is the bus's, or "" for that of this session. Where there is no portal, colours
// is asked instead: see Options.DarkColours.
func watchPanelColour(ctx context.Context, address, desktop string, colours func() (dark, known bool), dark func(bool)) {
	if !tellsPanelColour(desktop) {
		return
	}
	asking, cancel := context.WithTimeout(ctx, portalLimit)
	defer cancel()
	conn, err := sessionbus.Dial(asking, address)
	if err != nil {
		return // without a bus there is no tray either, which is told elsewhere
	}
	defer func() { _ = conn.Close() }()
	// The changes first, so that none falls between.
	changes := make(chan *dbus.Signal, 8)
	conn.Signal(changes)
	err = conn.AddMatchSignalContext(asking, dbus.WithMatchSender(portalName), dbus.WithMatchObjectPath(portalPath),
		dbus.WithMatchInterface(settings), dbus.WithMatchMember("SettingChanged"), dbus.WithMatchArg(0, appearance))
	if err == nil {
		err = conn.AddMatchSignalContext(asking, dbus.WithMatchInterface(kdeSettings), dbus.WithMatchMember("notifyChange"))
	}
	if err != nil {
		return
	}
	var value dbus.Variant
	call := conn.Object(portalName, portalPath).CallWithContext(asking, settings+".Read", 0, appearance, colourScheme)
	portal := call.Store(&value) == nil
	lookAtColours := func() {
		if portal || colours == nil {
			return
		}
		if is, known := colours(); known {
			dark(is)
		}
	}
	if portal {
		tellScheme(value, dark)
	}
	lookAtColours()
	for {
		select {
		case <-ctx.Done():
			return
		case change, ok := <-changes:
			if !ok {
				return
			}
			if change.Name == kdeSettings+".notifyChange" {
				lookAtColours()
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

// tellScheme passes on what a value of the setting means: 1 is dark and 2 is
// light. 0 is "no preference", and then nothing is known.
func tellScheme(value dbus.Variant, dark func(bool)) {
	if inside, ok := value.Value().(dbus.Variant); ok { // as Read wraps it
		value = inside
	}
	if scheme, ok := value.Value().(uint32); ok && (scheme == 1 || scheme == 2) {
		dark(scheme == 1)
	}
}
