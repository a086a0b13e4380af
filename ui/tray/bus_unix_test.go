//go:build linux || freebsd || openbsd || netbsd

package tray_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/lending"
	"rekey/ui/tray"
	"rekey/ui/words"
)

func TestProbe(t *testing.T) {
	t.Parallel()
	address := kit.Bus(t)
	if err := tray.Probe(t.Context(), address); !errors.Is(err, tray.ErrNoPanel) {
		t.Errorf("Probe without a panel = %v, want ErrNoPanel", err)
	}
	kit.Own(t, kit.Connect(t, address), watcherName)
	if err := tray.Probe(t.Context(), address); err != nil {
		t.Errorf("Probe with a panel = %v", err)
	}
	var noBus *tray.NoBusError
	err := tray.Probe(t.Context(), "unix:path="+filepath.Join(t.TempDir(), "none"))
	if !errors.As(err, &noBus) || !strings.HasPrefix(err.Error(), "there is no D-Bus session bus: ") {
		t.Errorf("Probe without a bus = %v, want a *NoBusError", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := tray.Probe(ended, address); !errors.As(err, &noBus) {
		t.Errorf("Probe in an ended context = %v, want a *NoBusError", err)
	}
}

// TestTrayWithoutBus: none is started.
func TestTrayWithoutBus(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(t.TempDir(), "none"))
	session := kit.NewSession(kit.State(auth.StatusHealthy, time.Now()))
	var noBus *tray.NoBusError
	if err := tray.Run(t.Context(), []tray.Home{{Session: lending.Of(session)}}, tray.Options{Words: words.English(), Log: slog.New(slog.DiscardHandler)}); !errors.As(err, &noBus) {
		t.Errorf("Run = %v, want a *NoBusError", err)
	}
}

// TestTrayBusDies: the end of the desktop ends the tray and nothing else.
func TestTrayBusDies(t *testing.T) {
	if !kit.Alone(t) {
		return
	}
	address, kill := kit.MortalBus(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
	session := kit.NewSession(kit.State(auth.StatusHealthy, time.Now()))
	ended := kit.Later(func() error {
		return tray.Run(t.Context(), []tray.Home{{Session: lending.Of(session)}}, tray.Options{Words: words.English(), Log: slog.New(slog.DiscardHandler)})
	})
	newPanel(t, address).open()
	kill()
	for {
		// States go on changing meanwhile, and each changes the icon.
		for _, status := range auth.Statuses() {
			session.Publish(kit.State(status, time.Now()))
		}
		select {
		case err := <-ended:
			if noBus := (*tray.NoBusError)(nil); !errors.As(err, &noBus) {
				t.Errorf("Run = %v, want a *NoBusError", err)
			}
			return
		case <-time.After(time.Millisecond):
		}
	}
}
