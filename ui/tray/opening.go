package tray

import (
	"context"
	"slices"
	"strings"

	"fyne.io/systray"

	"rekey/auth"
)

// closesWhenChanged reports whether a desktop, as XDG_CURRENT_DESKTOP names it,
// closes an open menu for any change. LXQt builds it anew whenever systray tells of
// a changed layout, and systray does for every row that changes: see
// https://github.com/fyne-io/systray/pull/116, so as of v1.12.3. A libdbusmenu-lxqt
// newer than 0.2.0 keeps it open (https://github.com/lxqt/libdbusmenu-lxqt/pull/17).
func closesWhenChanged(desktop string) bool {
	return slices.Contains(strings.Split(desktop, ":"), "LXQt")
}

// watchOpening updates the texts whenever the menu is opened.
func (t *tray) watchOpening(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-systray.TrayOpenedCh:
			t.opened(ctx)
		}
	}
}

// opened is called when the menu is opened.
func (t *tray) opened(ctx context.Context) {
	if closesWhenChanged(t.opts.Desktop) {
		t.mu.Lock()
		t.menu = menuOpening
		t.mu.Unlock()
	}
	t.lookAgain()
	for _, h := range t.homes {
		t.work.Go(func() { _, _ = h.Session.LookAtUsage(ctx) }) // what stands in the way is in the Usage
	}
}

// closed is called when the menu is closed.
func (t *tray) closed() {
	t.mu.Lock()
	was := t.menu
	t.menu = menuClosed
	t.mu.Unlock()
	if was != menuClosed {
		t.lookAgain()
	}
}

// openness says whether a menu that closes when it changes is open. Nobody says
// that it is closed when its panel has died; it is changed when it is opened again.
type openness int

const (
	menuClosed  openness = iota
	menuOpening          // and changed once more: timers stood still while the machine slept
	menuOpen             // and left alone, unless a State changes
)

// leaveMenu reports whether the rows stay as they are: nothing but the time and the
// usage has changed while a menu is open that would close. The caller holds mu.
func (t *tray) leaveMenu(states []auth.State) bool {
	leave := t.menu == menuOpen
	for i, h := range t.homes {
		leave = leave && h.state == states[i]
	}
	if t.menu == menuOpening {
		t.menu = menuOpen
	}
	return leave
}
