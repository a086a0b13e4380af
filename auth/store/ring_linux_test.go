package store

import (
	"errors"
	"testing"

	"rekey/auth/store/secretservice"
	"rekey/test/kit"
	"rekey/test/kit/keyring"
	"rekey/test/kit/must"
)

// go-keyring talks to the session's bus alone, so this test sets it for the
// whole process and is not parallel.
func TestGoKeyringOnTheSharedBus(t *testing.T) {
	testItem := codexItem("cli|0123456789abcdef")
	b := keyring.New(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", b.Address)
	ctx := kit.Context(t)
	r := systemRing(Options{SharedBus: true})
	if _, ok := r.(sharedBus); !ok {
		t.Fatalf("the option gives %T", r)
	}
	if _, err := r.Get(ctx, testItem); !errors.Is(err, secretservice.ErrNoItem) {
		t.Errorf("get of nothing: %v", err)
	}
	must.Do(t, r.Set(ctx, testItem, "text"))
	if got, err := r.Get(ctx, testItem); err != nil || got != "text" {
		t.Errorf("got %q, %v", got, err)
	}

	plain := zalando{"linux"}
	if got, err := plain.Get(ctx, testItem); err != nil || got != "text" {
		t.Errorf("go-keyring alone: %q, %v", got, err)
	}
	must.Do(t, errors.Join(plain.Ready(ctx, testItem), plain.Set(ctx, testItem, "by go-keyring")))
	if got, err := r.Get(ctx, testItem); err != nil || got != "by go-keyring" {
		t.Errorf("got %q, %v", got, err)
	}
	must.Do(t, plain.Remove(ctx, testItem))
	if err := plain.Remove(ctx, testItem); !errors.Is(err, secretservice.ErrNoItem) {
		t.Errorf("second remove: %v", err)
	}
	if got := b.Items(codexService); len(got) > 0 {
		t.Errorf("left: %v", got)
	}
}

// What go-keyring would unlock with a prompt is reported as locked.
func TestSharedBusNeverPrompts(t *testing.T) {
	t.Parallel()
	b := keyring.New(t)
	b.Lock()
	r := sharedBus{secretservice.Service{Address: b.Address}}
	if _, err := r.Get(kit.Context(t), codexItem("cli|0123456789abcdef")); !errors.Is(err, secretservice.ErrLocked) {
		t.Errorf("error %v, want ErrLocked", err)
	}
}
