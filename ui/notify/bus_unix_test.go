//go:build linux || freebsd || openbsd || netbsd

package notify_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/ui/notify"
	"rekey/ui/words"
)

const service = "org.freedesktop.Notifications"

// TestBusWholeWay is one refusal from its notification to its mending: one
// message, one press of its button, one sign-in.
func TestBusWholeWay(t *testing.T) {
	bus, desktop, _ := newBus(t, "actions", "body", "body-markup")
	now := time.Now()
	state := kit.State(auth.StatusExpiring, now)
	state.Email = "a&<b>@example.com"
	session := kit.NewSession(state)
	kit.Go(t, func(ctx context.Context) {
		notify.Run(ctx, session, bus, notify.Options{Words: words.English(), Log: slog.New(slog.DiscardHandler)})
	})

	session.Expect(t, "ClaimNotice notice-1")
	got := kit.Receive(t, "a notification", desktop.notes)
	wantBody := "Codex still works until " + state.ExpiresAt.Local().Format("15:04") +
		". The refresh token was already used.\na&amp;&lt;b&gt;@example.com · Pro"
	if state.ExpiresAt.Local().Day() != now.Local().Day() {
		wantBody = got.body // near midnight the text names the day
	}
	if got.app != "Rekey" || got.title != "Sign in to Codex again" || got.body != wantBody || got.replaces != 0 || got.expires != 0 {
		t.Errorf("the notification is %+v, want the body %q", got, wantBody)
	}
	if want := []string{"default", "", "sign-in", "Sign in"}; !slices.Equal(got.actions, want) {
		t.Errorf("the actions are %q", got.actions)
	}
	if _, ok := got.hints["image-data"]; !ok {
		t.Error("the notification has no picture")
	}

	signal(t, desktop.conn, "ActionInvoked", noteID, got.actions[0])
	session.Expect(t, "SignIn")

	session.Publish(kit.State(auth.StatusHealthy, time.Now()))
	if id := kit.Receive(t, "a withdrawal", desktop.closed); id != noteID {
		t.Errorf("withdrew %d, want %d", id, noteID)
	}
	if len(session.Calls) != 0 || len(desktop.notes) != 0 {
		t.Errorf("%d more calls, %d more notifications", len(session.Calls), len(desktop.notes))
	}
}

// newBus is a Bus beside a notification service that can do this.
func newBus(t *testing.T, can ...string) (bus *notify.Bus, desktop *server, address string) {
	t.Helper()
	address = kit.Bus(t)
	bus = notify.NewBus(address)
	t.Cleanup(func() { _ = bus.Close() })
	return bus, newServer(t, address, can...), address
}

func message(signIn func()) notify.Notification {
	return notify.Notification{Title: "Title", Account: "a&b", Body: "Body.", Button: "Sign in", Buttonless: "Use the icon.", SignIn: signIn}
}

func TestBusPlainService(t *testing.T) {
	bus, desktop, _ := newBus(t, "body")
	must.Do(t, bus.Show(t.Context(), message(func() {})))
	got := kit.Receive(t, "a notification", desktop.notes)
	if len(got.actions) != 0 || got.body != "Body.\na&b\nUse the icon." {
		t.Errorf("a service without buttons and markup got %q, %q", got.actions, got.body)
	}
}

func TestBusReplacesUntilClosed(t *testing.T) {
	bus, desktop, _ := newBus(t, "actions")
	show := func() note {
		t.Helper()
		must.Do(t, bus.Show(t.Context(), message(nil)))
		return kit.Receive(t, "a notification", desktop.notes)
	}
	if got := show(); got.replaces != 0 {
		t.Errorf("the first message replaces %d", got.replaces)
	}
	if got := show(); got.replaces != noteID {
		t.Errorf("the second message replaces %d, want %d", got.replaces, noteID)
	}
	// The user dismisses it.
	signal(t, desktop.conn, "NotificationClosed", noteID, uint32(2))
	kit.Eventually(t, "a message that replaces none", func() bool { return show().replaces == 0 })
	if err := bus.Withdraw(t.Context()); err != nil {
		t.Errorf("Withdraw = %v", err)
	}
	kit.Receive(t, "a withdrawal", desktop.closed)
	if err := bus.Withdraw(t.Context()); err != nil || len(desktop.closed) != 0 {
		t.Errorf("withdrawing nothing: %v, %d calls", err, len(desktop.closed))
	}
}

// TestBusHearsOnlyTheService: what is not from the service, not about our
// message or not well made presses no button.
func TestBusHearsOnlyTheService(t *testing.T) {
	bus, desktop, address := newBus(t, "actions")
	pressed := make(chan struct{}, 16)
	show := func() note {
		t.Helper()
		must.Do(t, bus.Show(t.Context(), message(func() { pressed <- struct{}{} })))
		return kit.Receive(t, "a notification", desktop.notes)
	}
	got := show()
	forge(t, kit.Connect(t, address), string(got.client), noteID, got.actions[0])
	signal(t, desktop.conn, "ActionInvoked", noteID+1, got.actions[0])
	signal(t, desktop.conn, "ActionInvoked", noteID, "other")
	signal(t, desktop.conn, "ActionInvoked", "seven")
	signal(t, desktop.conn, "ActionInvoked", noteID)
	signal(t, desktop.conn, "ActionInvoked")
	// Once the dismissal has been heard, so has all before it.
	signal(t, desktop.conn, "NotificationClosed", noteID, uint32(2))
	kit.Eventually(t, "the dismissal", func() bool { return show().replaces == 0 })
	if len(pressed) != 0 {
		t.Errorf("the button was pressed %d times by what is none of it", len(pressed))
	}
	signal(t, desktop.conn, "ActionInvoked", noteID, got.actions[2])
	kit.Receive(t, "a press", pressed)
}

// TestBusCorrects: what is on the screen is replaced without a sound, and what
// its user has closed stays closed.
func TestBusCorrects(t *testing.T) {
	bus, desktop, _ := newBus(t, "actions")
	pressed := make(chan struct{}, 1)
	correct := func() {
		t.Helper()
		must.Do(t, bus.Correct(t.Context(), message(func() { pressed <- struct{}{} })))
	}
	correct()
	if len(desktop.notes) != 0 {
		t.Error("a message that is not there was corrected")
	}
	must.Do(t, bus.Show(t.Context(), message(nil)))
	if got := kit.Receive(t, "a notification", desktop.notes); got.hints["suppress-sound"].Value() != nil {
		t.Error("the first message is silent")
	}
	correct()
	if got := kit.Receive(t, "the correction", desktop.notes); got.replaces != noteID || got.hints["suppress-sound"].Value() != true {
		t.Errorf("the correction replaces %d, with the hints %v", got.replaces, got.hints)
	}
	signal(t, desktop.conn, "ActionInvoked", noteID, "default")
	kit.Receive(t, "a press", pressed)
	signal(t, desktop.conn, "NotificationClosed", noteID, uint32(2))
	kit.Eventually(t, "the end of corrections", func() bool {
		correct()
		select {
		case <-desktop.notes:
			return false
		default:
			return true
		}
	})
}

// TestBusTwoHomes: each home's message has its own place.
func TestBusTwoHomes(t *testing.T) {
	address := kit.Bus(t)
	desktop := newServer(t, address, "actions")
	for range 2 {
		bus := notify.NewBus(address)
		defer func() { _ = bus.Close() }()
		for range 2 { // the second time in the same State
			must.Do(t, bus.Show(t.Context(), message(nil)))
		}
		if first, second := kit.Receive(t, "a notification", desktop.notes), kit.Receive(t, "another", desktop.notes); first.replaces != 0 || second.replaces != noteID {
			t.Errorf("a home's messages replace %d and %d, want 0 and its own %d", first.replaces, second.replaces, noteID)
		}
	}
}
