package tray

import (
	"context"
	"testing"
	"time"

	"fyne.io/systray"

	"rekey/ui/uitest"
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
		case <-time.After(uitest.Patience):
			t.Fatal("nobody listens to the menu being opened")
		}
	}
	select {
	case <-tr.look:
	case <-time.After(uitest.Patience):
		t.Fatal("nobody looks again")
	}
}
