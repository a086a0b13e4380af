package store

import (
	"errors"
	"testing"

	"rekey/auth/store/secretservice"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// TestCodexItemInTheCredentialManager: Codex's form of an item goes there and back.
func TestCodexItemInTheCredentialManager(t *testing.T) {
	it := secretservice.Item{Application: codexApplication, Name: "rekey-test", User: "secrets|0123456789abcdef"}
	r := systemRing(Options{})
	must.Do(t, r.Set(kit.Context(t), it, "fäke+key="))
	if got, err := r.Get(kit.Context(t), it); err != nil || got != "fäke+key=" {
		t.Errorf("%q, %v", got, err)
	}
	must.Do(t, r.Remove(kit.Context(t), it))
	if _, err := r.Get(kit.Context(t), it); !errors.Is(err, secretservice.ErrNoItem) {
		t.Errorf("after Remove: %v", err)
	}
}
