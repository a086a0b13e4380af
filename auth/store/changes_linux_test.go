package store

import (
	"context"
	"errors"
	"testing"

	"rekey/auth"
)

// next waits for a change, or for the end of the channel.
func next(t *testing.T, when string, changes <-chan struct{}) (open bool) {
	t.Helper()
	select {
	case _, open = <-changes:
		return open
	case <-ctxFor(t).Done():
		t.Fatalf("%s: no change was told", when)
		return false
	}
}

func TestKeyringTellsItsChanges(t *testing.T) {
	t.Parallel()
	b := newKeyring(t)
	s, err := Open(tempDir(t), Config{Kind: KindKeyring}, b.options())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	changes, err := s.(Notifier).Changes(ctx)
	if err != nil {
		t.Fatal(err)
	}
	other := b.ring()
	mine := s.(*keyringStore).item
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"made", func() { err = other.set(ctx, mine, "{}") }},
		{"changed", func() { err = other.set(ctx, mine, `{"OPENAI_API_KEY":"sk-fake"}`) }},
		{"locked", b.lock},
		{"unlocked", b.unlock},
		{"deleted", func() { err = other.remove(ctx, mine) }},
	} {
		drain(changes)
		if step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if !next(t, step.name, changes) {
			t.Fatalf("%s: the channel is closed", step.name)
		}
	}
	cancel()
	for next(t, "the end", changes) {
		continue // what was still under way
	}
}

// drain forgets a change that was told already.
func drain(changes <-chan struct{}) {
	select {
	case <-changes:
	default:
	}
}

func TestChangesWithoutABus(t *testing.T) {
	t.Parallel()
	s, err := Open(tempDir(t), Config{Kind: KindAuto}, Options{BusAddress: "unix:path=/nonexistent/bus"})
	if err != nil {
		t.Fatal(err)
	}
	var unreadable *auth.UnreadableError
	if _, err := s.(Notifier).Changes(t.Context()); !errors.As(err, &unreadable) {
		t.Errorf("error %v", err)
	}
}

func TestChangesOfAKeyringWithoutSignals(t *testing.T) {
	t.Parallel()
	s, _ := ringStore(t, false, "", "")
	if _, err := s.Changes(t.Context()); !errors.Is(err, ErrNoSignals) {
		t.Errorf("error %v", err)
	}
}
