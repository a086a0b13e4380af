package secretservice

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"rekey/test/kit"
	"rekey/test/kit/keyring"
	"rekey/test/kit/must"
)

var testItem = Item{"rust-keyring", "Codex Auth", "cli|0123456789abcdef"}

func TestSecretService(t *testing.T) {
	t.Parallel()
	b := keyring.New(t)
	r, ctx := at(b), kit.Context(t)
	if _, err := r.Get(ctx, testItem); !errors.Is(err, ErrNoItem) {
		t.Errorf("get of nothing: %v", err)
	}
	if err := r.Remove(ctx, testItem); !errors.Is(err, ErrNoItem) {
		t.Errorf("remove of nothing: %v", err)
	}
	for _, text := range []string{"first", "second", "", "ünïcode ✓", strings.Repeat("x", 1<<20)} {
		must.Do(t, r.Set(ctx, testItem, text))
		if got, err := r.Get(ctx, testItem); err != nil || got != text {
			t.Errorf("got %.20q, %v; want %.20q", got, err, text)
		}
	}
	want := []map[string]string{{
		"application": "rust-keyring", "service": testItem.Name, "target": "default", "username": testItem.User,
	}}
	if got := b.Items(testItem.Name); !reflect.DeepEqual(got, want) {
		t.Errorf("items %v, want Codex's %v", got, want)
	}
	must.Do(t, r.Remove(ctx, testItem))
	if _, err := r.Get(ctx, testItem); !errors.Is(err, ErrNoItem) {
		t.Errorf("get after remove: %v", err)
	}
}

func TestSecretServiceKeepsForeignAttributes(t *testing.T) {
	t.Parallel()
	for name, attributes := range map[string]map[string]string{
		"Codex's": {"application": "rust-keyring", "service": testItem.Name, "target": "default", "username": testItem.User, "extra": "e"},
		// go-keyring and secret-tool give no target.
		"without target": {"service": testItem.Name, "username": testItem.User},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := keyring.New(t)
			r, ctx := at(b), kit.Context(t)
			b.Make(attributes, "theirs")
			if got, err := r.Get(ctx, testItem); err != nil || got != "theirs" {
				t.Errorf("got %q, %v", got, err)
			}
			must.Do(t, r.Set(ctx, testItem, "ours"))
			if got := b.Items(testItem.Name); !reflect.DeepEqual(got, []map[string]string{attributes}) {
				t.Errorf("items %v, want %v", got, attributes)
			}
			if got, err := r.Get(ctx, testItem); err != nil || got != "ours" {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestSecretServiceWithTwoItems(t *testing.T) {
	t.Parallel()
	b := keyring.New(t)
	r, ctx := at(b), kit.Context(t)
	for _, extra := range []string{"a", "b"} {
		b.Make(map[string]string{"service": testItem.Name, "username": testItem.User, "target": "default", "extra": extra}, extra)
	}
	if _, err := r.Get(ctx, testItem); !errors.Is(err, ErrAmbiguous) {
		t.Errorf("get: %v", err)
	}
	if err := r.Set(ctx, testItem, "x"); !errors.Is(err, ErrAmbiguous) {
		t.Errorf("set: %v", err)
	}
}

// A locked keyring is reported, not unlocked: no call waits for a prompt.
func TestLockedKeyring(t *testing.T) {
	t.Parallel()
	for name, stored := range map[string]bool{"with the item": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := keyring.New(t)
			ctx := kit.Context(t)
			if stored {
				must.Do(t, at(b).Set(ctx, testItem, "text"))
			}
			b.Lock()
			for _, r := range []Service{at(b)} {
				_, getErr := r.Get(ctx, testItem)
				for call, err := range map[string]error{
					"get": getErr, "set": r.Set(ctx, testItem, "x"), "remove": r.Remove(ctx, testItem), "ready": r.Ready(ctx, testItem),
				} {
					if !errors.Is(err, ErrLocked) {
						t.Errorf("%T.%s: %v, want ErrLocked", r, call, err)
					}
				}
			}
			b.Unlock()
			if got, err := at(b).Get(ctx, testItem); stored && (err != nil || got != "text") {
				t.Errorf("after unlocking: %q, %v", got, err)
			}
		})
	}
}

func TestNoKeyring(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]Service{
		"no bus":     {"unix:path=/nonexistent/bus"},
		"no service": at(keyring.NewBus(t)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := kit.Context(t)
			_, getErr := r.Get(ctx, testItem)
			for call, err := range map[string]error{
				"get": getErr, "set": r.Set(ctx, testItem, "x"), "remove": r.Remove(ctx, testItem), "ready": r.Ready(ctx, testItem),
			} {
				if !errors.Is(err, ErrNoService) {
					t.Errorf("%s: %v, want ErrNoService", call, err)
				}
			}
		})
	}
}

// silent is a Secret Service that never answers.
type silent struct{ until context.Context }

// SearchItems implements that method of the service.
func (s silent) SearchItems(map[string]string) ([]dbus.ObjectPath, []dbus.ObjectPath, *dbus.Error) {
	<-s.until.Done()
	return nil, nil, nil
}

// OpenSession implements that method of the service.
func (s silent) OpenSession(string, dbus.Variant) (dbus.Variant, dbus.ObjectPath, *dbus.Error) {
	<-s.until.Done()
	return dbus.MakeVariant(""), noObject, nil
}

func TestSilentKeyringIsGivenUp(t *testing.T) {
	t.Parallel()
	b := keyring.NewBus(t)
	conn := b.Connect()
	must.Do(t, conn.Export(silent{t.Context()}, servicePath, serviceFace))
	if reply, err := conn.RequestName(busName, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("%v, %v", reply, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r := at(b)
	_, getErr := r.Get(ctx, testItem)
	for call, err := range map[string]error{"get": getErr, "set": r.Set(ctx, testItem, "x"), "ready": r.Ready(ctx, testItem)} {
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v, want DeadlineExceeded", call, err)
		}
	}
}

// at is the service on a bus.
func at(b *keyring.Bus) Service { return Service{Address: b.Address} }
