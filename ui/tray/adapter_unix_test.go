//go:build linux || freebsd || openbsd || netbsd

package tray

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"fyne.io/systray"

	"rekey/assets"
	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// TestOpeningLooksAgain: the words are made true when the menu is opened, for
// timers stand still while the machine sleeps.
func TestOpeningLooksAgain(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	tr := &tray{look: make(chan struct{}, 1)}
	tr.work.Go(func() { tr.watchOpening(ctx) })
	defer func() { cancel(); tr.work.Wait() }()
	for range 3 { // more than there is room for: nobody is held up
		select {
		case systray.TrayOpenedCh <- struct{}{}:
		case <-time.After(kit.Patience):
			t.Fatal("nobody listens to the menu being opened")
		}
	}
	kit.Receive(t, "another look", tr.look)
}

// TestIconAfterTheBus: systray panics when it has to show an icon on a bus that
// is gone. Between that end and ours a State may change.
func TestIconAfterTheBus(t *testing.T) {
	if !kit.Alone(t) {
		return
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", kit.Bus(t))
	var log bytes.Buffer
	tr := &tray{opts: Options{Log: slog.New(slog.NewTextHandler(&log, nil))}}
	ctx, cancel := context.WithCancel(t.Context())
	must.Do(t, present(ctx, tr.opts.Log, cancel, nil))
	tr.renderIcon(auth.StatusHealthy, assets.DarkPanel)
	if !strings.Contains(log.String(), "Cannot give the panel an icon") {
		t.Errorf("systray had nothing to say; the log is %q", log.String())
	}
}

// TestConnectionOf are the ways in which panels list an item: as kded, Xfce and
// waybar do, as GNOME's AppIndicator extension does, and with nothing more.
func TestConnectionOf(t *testing.T) {
	t.Parallel()
	for item, want := range map[string]string{
		":1.53/StatusNotifierItem":                           ":1.53",
		":1.53@/StatusNotifierItem":                          ":1.53",
		"org.kde.StatusNotifierItem-7-1@/StatusNotifierItem": "org.kde.StatusNotifierItem-7-1",
		"org.kde.StatusNotifierItem-7-1":                     "org.kde.StatusNotifierItem-7-1",
		"":                                                   "",
	} {
		if got := connectionOf(item); got != want {
			t.Errorf("connectionOf(%q) = %q, want %q", item, got, want)
		}
	}
}
