package store

import (
	"context"
	"errors"
	"time"

	"github.com/zalando/go-keyring"

	"rekey/auth/store/secretservice"
	"rekey/internal/fault"
)

// codexItem is Codex's item for a user, with the application name of its
// keyring library.
func codexItem(user string) secretservice.Item {
	return secretservice.Item{Application: codexApplication, Name: codexService, User: user}
}

// rekeyItem is one of Rekey's own items.
func rekeyItem(user string) secretservice.Item {
	return secretservice.Item{Application: "rekey", Name: rekeyService, User: user}
}

// The items' application and services: Codex's own and Rekey's.
const (
	codexApplication = "rust-keyring"
	codexService     = "Codex Auth"
	rekeyService     = "Rekey"
)

// ring is a keyring as the stores need it. Every call is bounded by its context
// and never asks the user to unlock anything. Errors are the system's, those of
// package secretservice, and errForm.
type ring interface {
	// Get returns an item's text.
	Get(ctx context.Context, it secretservice.Item) (string, error)
	// Set replaces an item's text, keeping its attributes, or makes the item.
	Set(ctx context.Context, it secretservice.Item, text string) error
	// Remove deletes an item.
	Remove(ctx context.Context, it secretservice.Item) error
	// Ready says why Set would fail, or nil.
	Ready(ctx context.Context, it secretservice.Item) error
}

// errForm means that Codex's items cannot be read or written here.
var errForm = fault.New("keyring_form", "on this system Codex uses a form of keyring item that Rekey cannot handle yet")

// defaultKeyringTimeout bounds a call to the keyring. A gnome-keyring answers
// within 30 ms; one that takes longer is waiting for the user.
const defaultKeyringTimeout = 3 * time.Second

// zalando is the ring of go-keyring, which knows every system's keyring but
// takes no context and, where there is a Secret Service, uses the process's
// shared D-Bus connection and unlocks with a prompt. Reading with it is safe
// only after checking that the item exists and is unlocked.
type zalando struct{ goos string }

func (z zalando) Get(ctx context.Context, it secretservice.Item) (string, error) {
	return bounded(ctx, func() (string, error) { return keyring.Get(it.Name, it.User) })
}

func (z zalando) Set(ctx context.Context, it secretservice.Item, text string) error {
	if err := z.Ready(ctx, it); err != nil {
		return err
	}
	_, err := bounded(ctx, func() (struct{}, error) { return struct{}{}, keyring.Set(it.Name, it.User, text) })
	return err
}

func (z zalando) Remove(ctx context.Context, it secretservice.Item) error {
	_, err := bounded(ctx, func() (struct{}, error) { return struct{}{}, keyring.Delete(it.Name, it.User) })
	return err
}

func (z zalando) Ready(_ context.Context, it secretservice.Item) error {
	if z.goos == "darwin" && it.Application == codexApplication { // go-keyring encodes what it writes to the keychain, Codex does not
		return errForm
	}
	return nil
}

// bounded runs a call that takes no context. If ctx is done first, the call
// goes on in the background because it cannot be stopped.
func bounded[T any](ctx context.Context, call func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		value, err := call()
		done <- outcome{value, err}
	}()
	select {
	case o := <-done:
		switch {
		case errors.Is(o.err, keyring.ErrNotFound):
			o.err = secretservice.ErrNoItem
		case errors.Is(o.err, keyring.ErrUnsupportedPlatform):
			o.err = secretservice.ErrNoService
		}
		return o.value, o.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}
