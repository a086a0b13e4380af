package store

import (
	"context"
	"errors"
	"testing"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/auth/store/secretservice"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/keyring"
	"rekey/test/kit/must"
)

// next waits for a change, or for the end of the channel.
func next(t *testing.T, when string, changes <-chan struct{}) (open bool) {
	t.Helper()
	select {
	case _, open = <-changes:
		return open
	case <-kit.Context(t).Done():
		t.Fatalf("%s: no change was told", when)
		return false
	}
}

func TestKeyringTellsItsChanges(t *testing.T) {
	t.Parallel()
	b := keyring.New(t)
	home := files.TempDir(t)
	s := openOn(t, b, home)
	ctx, cancel := context.WithCancel(t.Context())
	changes := must.Get(s.(Notifier).Changes(ctx))(t)
	mine := s.(*keyringStore).item
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"made", func() { must.Do(t, secretservice.Service{Address: b.Address}.Set(ctx, mine, "{}")) }},
		{"locked", b.Lock},
		{"unlocked", b.Unlock},
		{"deleted", func() { must.Do(t, secretservice.Service{Address: b.Address}.Remove(ctx, mine)) }},
	} {
		drain(changes)
		step.do()
		if !next(t, step.name, changes) {
			t.Fatalf("%s: the channel is closed", step.name)
		}
	}
	cancel()
	for next(t, "the end", changes) {
		continue // an event that was still under way
	}
}

// openOn is the keyring store of a home on a private bus.
func openOn(t *testing.T, b *keyring.Bus, home string) auth.Store {
	t.Helper()
	return must.Get(Open(home, codex.Config{Store: codex.StoreKeyring}, Options{BusAddress: b.Address}))(t)
}

// Replacing a secret sends no signal, but a program that does it as Codex does
// releases a lock. The reader sees the new content after the last change that
// was reported.
func TestKeyringTellsAReplacedSecret(t *testing.T) {
	t.Parallel()
	b := keyring.New(t)
	home := files.TempDir(t)
	s := openOn(t, b, home)
	must.Do(t, s.Update(kit.Context(t), put(kit.Parsed(t, kit.SignIn("one")))))
	changes := must.Get(s.(Notifier).Changes(t.Context()))(t)
	must.Do(t, openOn(t, b, home).Update(kit.Context(t), put(kit.Parsed(t, kit.SignIn("two")))))
	for {
		if !next(t, "replaced", changes) {
			t.Fatal("the channel is closed")
		}
		if got, err := s.Load(kit.Context(t)); err != nil {
			t.Fatal(err)
		} else if got.RefreshToken().Reveal() == "two" {
			return
		}
	}
}

func TestKeyringTellsWhatCodexSaves(t *testing.T) {
	t.Parallel()
	_, c, s := keyringHome(t, codex.StoreKeyring)
	c.signIn(fakeKey)
	changes := must.Get(s.(Notifier).Changes(t.Context()))(t)
	const second = "sk-fake-second-987FGHIJ"
	c.signIn(second)
	for {
		if !next(t, "replaced by Codex", changes) {
			t.Fatal("the channel is closed")
		}
		if got, err := s.Load(kit.Context(t)); err != nil {
			t.Fatal(err)
		} else if got.APIKey().Reveal() == second {
			return
		}
	}
}

func TestLockReleasesOfAMissingFolder(t *testing.T) {
	if next(t, "missing", lockReleases(t.Context(), files.TempDir(t)+"/no")) {
		t.Error("something was told")
	}
}

// drain discards a change that was already reported.
func drain(changes <-chan struct{}) {
	select {
	case <-changes:
	default:
	}
}

func TestChangesWithoutABus(t *testing.T) {
	s := must.Get(Open(files.TempDir(t), codex.Config{Store: codex.StoreAuto}, Options{BusAddress: "unix:path=/nonexistent/bus"}))(t)
	var unreadable *auth.UnreadableError
	if _, err := s.(Notifier).Changes(t.Context()); !errors.As(err, &unreadable) {
		t.Errorf("error %v", err)
	}
}

func TestChangesOfAKeyringWithoutSignals(t *testing.T) {
	s, _ := ringStore(t, false, "", "")
	if _, err := s.Changes(t.Context()); !errors.Is(err, ErrNoSignals) {
		t.Errorf("error %v", err)
	}
}
