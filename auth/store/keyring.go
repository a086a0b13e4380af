package store

import (
	"context"
	"errors"
	"time"

	"github.com/zalando/go-keyring"
)

// item names an entry of a keyring.
type item struct{ service, user string }

// The services of the items: Codex's own and Rekey's.
const (
	codexService = "Codex Auth"
	rekeyService = "Rekey"
)

// ring is a keyring as the stores need it. Every call is bounded by its
// context, and none of them ever asks the user to unlock anything. Besides
// those of the system it fails with the errors below.
type ring interface {
	// get returns an item's text.
	get(ctx context.Context, it item) (string, error)
	// set replaces an item's text, keeping its attributes, or makes the item.
	set(ctx context.Context, it item, text string) error
	// remove deletes an item.
	remove(ctx context.Context, it item) error
	// ready says why set would fail, or nil.
	ready(ctx context.Context, it item) error
}

// What a ring can find.
var (
	errNoItem    = errors.New("the item does not exist")
	errLocked    = errors.New("it is locked")
	errNoKeyring = errors.New("there is no keyring service")
	errAmbiguous = errors.New("it holds several sign-ins for this home")
	errForm      = errors.New("on this system Codex uses a form of keyring item that Rekey cannot handle yet")
)

// defaultKeyringTimeout bounds a call to the keyring. A gnome-keyring answers
// within 30 ms; one that takes longer waits for somebody.
const defaultKeyringTimeout = 3 * time.Second

// zalando is the ring of go-keyring, which knows every system's keyring but
// takes no context and, where there is a Secret Service, uses the process's
// shared D-Bus connection and unlocks with a prompt. It is safe to read with
// where that has been looked into before.
type zalando struct{ goos string }

func (z zalando) get(ctx context.Context, it item) (string, error) {
	if z.goos == "windows" && it.service == codexService {
		return "", errForm // Codex: <user>.<service> in UTF-16, go-keyring: <service>:<user> in UTF-8
	}
	return bounded(ctx, func() (string, error) { return keyring.Get(it.service, it.user) })
}

func (z zalando) set(ctx context.Context, it item, text string) error {
	if err := z.ready(ctx, it); err != nil {
		return err
	}
	_, err := bounded(ctx, func() (struct{}, error) { return struct{}{}, keyring.Set(it.service, it.user, text) })
	return err
}

func (z zalando) remove(ctx context.Context, it item) error {
	if z.goos == "windows" && it.service == codexService {
		return errForm
	}
	_, err := bounded(ctx, func() (struct{}, error) { return struct{}{}, keyring.Delete(it.service, it.user) })
	return err
}

func (z zalando) ready(_ context.Context, it item) error {
	switch {
	case it.service != codexService:
		return nil
	case z.goos == "windows", z.goos == "darwin": // go-keyring encodes what it writes to the keychain, Codex does not
		return errForm
	}
	return nil
}

// bounded runs a call that takes no context. When ctx ends first, the call is
// left to end by itself: it cannot be stopped.
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
			o.err = errNoItem
		case errors.Is(o.err, keyring.ErrUnsupportedPlatform):
			o.err = errNoKeyring
		}
		return o.value, o.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}
