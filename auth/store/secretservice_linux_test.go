package store

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

var testItem = item{codexService, "cli|0123456789abcdef"}

func TestSecretService(t *testing.T) {
	t.Parallel()
	b := newKeyring(t)
	r, ctx := b.ring(), ctxFor(t)
	if _, err := r.get(ctx, testItem); !errors.Is(err, errNoItem) {
		t.Errorf("get of nothing: %v", err)
	}
	if err := r.remove(ctx, testItem); !errors.Is(err, errNoItem) {
		t.Errorf("remove of nothing: %v", err)
	}
	for _, text := range []string{"first", "second", "", "ünïcode ✓", strings.Repeat("x", 1<<20)} {
		if err := r.set(ctx, testItem, text); err != nil {
			t.Fatal(err)
		}
		if got, err := r.get(ctx, testItem); err != nil || got != text {
			t.Errorf("got %.20q, %v; want %.20q", got, err, text)
		}
	}
	want := []map[string]string{{
		"application": "rust-keyring", "service": codexService, "target": "default", "username": testItem.user,
	}}
	if got := b.items(codexService); !reflect.DeepEqual(got, want) {
		t.Errorf("items %v, want Codex's %v", got, want)
	}
	if err := r.remove(ctx, testItem); err != nil {
		t.Fatal(err)
	}
	if _, err := r.get(ctx, testItem); !errors.Is(err, errNoItem) {
		t.Errorf("get after remove: %v", err)
	}
}

// makeItem puts an item of another program's making into the keyring.
func (b *bus) makeItem(attributes map[string]string, text string) {
	b.t.Helper()
	c := serviceCall{b.connect()}
	session, err := c.session()
	if err != nil {
		b.t.Fatal(err)
	}
	collection, err := c.collection()
	if err != nil {
		b.t.Fatal(err)
	}
	properties := map[string]dbus.Variant{
		secretsItem + ".Label":      dbus.MakeVariant("made elsewhere"),
		secretsItem + ".Attributes": dbus.MakeVariant(attributes),
	}
	var made, prompt dbus.ObjectPath
	value := wireSecret{session, []byte{}, []byte(text), secretTextPlain}
	if err := c.call(collection, secretsKeyring+".CreateItem", []any{properties, value, false}, &made, &prompt); err != nil {
		b.t.Fatal(err)
	}
}

func TestSecretServiceKeepsForeignAttributes(t *testing.T) {
	t.Parallel()
	for name, attributes := range map[string]map[string]string{
		"Codex's": {"application": "rust-keyring", "service": codexService, "target": "default", "username": testItem.user, "extra": "e"},
		// go-keyring and secret-tool give no target.
		"without target": {"service": codexService, "username": testItem.user},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newKeyring(t)
			r, ctx := b.ring(), ctxFor(t)
			b.makeItem(attributes, "theirs")
			if got, err := r.get(ctx, testItem); err != nil || got != "theirs" {
				t.Errorf("got %q, %v", got, err)
			}
			if err := r.set(ctx, testItem, "ours"); err != nil {
				t.Fatal(err)
			}
			if got := b.items(codexService); !reflect.DeepEqual(got, []map[string]string{attributes}) {
				t.Errorf("items %v, want %v", got, attributes)
			}
			if got, err := r.get(ctx, testItem); err != nil || got != "ours" {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestSecretServiceWithTwoItems(t *testing.T) {
	t.Parallel()
	b := newKeyring(t)
	r, ctx := b.ring(), ctxFor(t)
	for _, extra := range []string{"a", "b"} {
		b.makeItem(map[string]string{"service": codexService, "username": testItem.user, "target": "default", "extra": extra}, extra)
	}
	if _, err := r.get(ctx, testItem); !errors.Is(err, errAmbiguous) {
		t.Errorf("get: %v", err)
	}
	if err := r.set(ctx, testItem, "x"); !errors.Is(err, errAmbiguous) {
		t.Errorf("set: %v", err)
	}
}

// A locked keyring is reported, not unlocked: no call waits for a prompt.
func TestLockedKeyring(t *testing.T) {
	t.Parallel()
	for name, stored := range map[string]bool{"with the item": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newKeyring(t)
			ctx := ctxFor(t)
			if stored {
				if err := b.ring().set(ctx, testItem, "text"); err != nil {
					t.Fatal(err)
				}
			}
			b.lock()
			for _, r := range []ring{b.ring(), sharedBus{b.ring()}} {
				_, getErr := r.get(ctx, testItem)
				for call, err := range map[string]error{
					"get": getErr, "set": r.set(ctx, testItem, "x"), "remove": r.remove(ctx, testItem), "ready": r.ready(ctx, testItem),
				} {
					if !errors.Is(err, errLocked) {
						t.Errorf("%T.%s: %v, want errLocked", r, call, err)
					}
				}
			}
			b.unlock()
			if got, err := b.ring().get(ctx, testItem); stored && (err != nil || got != "text") {
				t.Errorf("after unlocking: %q, %v", got, err)
			}
		})
	}
}

func TestNoKeyring(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]secretService{
		"no bus":     {"unix:path=/nonexistent/bus"},
		"no service": newBus(t).ring(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := ctxFor(t)
			_, getErr := r.get(ctx, testItem)
			for call, err := range map[string]error{
				"get": getErr, "set": r.set(ctx, testItem, "x"), "remove": r.remove(ctx, testItem), "ready": r.ready(ctx, testItem),
			} {
				if !errors.Is(err, errNoKeyring) {
					t.Errorf("%s: %v, want errNoKeyring", call, err)
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
	b := newBus(t)
	conn := b.connect()
	if err := conn.Export(silent{t.Context()}, secretsPath, secretsService); err != nil {
		t.Fatal(err)
	}
	if reply, err := conn.RequestName(secretsName, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("%v, %v", reply, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r := b.ring()
	_, getErr := r.get(ctx, testItem)
	for call, err := range map[string]error{"get": getErr, "set": r.set(ctx, testItem, "x"), "ready": r.ready(ctx, testItem)} {
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v, want DeadlineExceeded", call, err)
		}
	}
}

// go-keyring talks to the session's bus alone, so this test sets it for the
// whole process and is not parallel.
func TestGoKeyringOnTheSharedBus(t *testing.T) {
	b := newKeyring(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", b.address)
	ctx := ctxFor(t)
	r := systemRing(Options{SharedBus: true})
	if _, ok := r.(sharedBus); !ok {
		t.Fatalf("the option gives %T", r)
	}
	if _, err := r.get(ctx, testItem); !errors.Is(err, errNoItem) {
		t.Errorf("get of nothing: %v", err)
	}
	if err := r.set(ctx, testItem, "text"); err != nil {
		t.Fatal(err)
	}
	if got, err := r.get(ctx, testItem); err != nil || got != "text" {
		t.Errorf("got %q, %v", got, err)
	}

	plain := zalando{"linux"}
	if got, err := plain.get(ctx, testItem); err != nil || got != "text" {
		t.Errorf("go-keyring alone: %q, %v", got, err)
	}
	if err := errors.Join(plain.ready(ctx, testItem), plain.set(ctx, testItem, "by go-keyring")); err != nil {
		t.Fatal(err)
	}
	if got, err := r.get(ctx, testItem); err != nil || got != "by go-keyring" {
		t.Errorf("got %q, %v", got, err)
	}
	if err := plain.remove(ctx, testItem); err != nil {
		t.Fatal(err)
	}
	if err := plain.remove(ctx, testItem); !errors.Is(err, errNoItem) {
		t.Errorf("second remove: %v", err)
	}
	if got := b.items(codexService); len(got) > 0 {
		t.Errorf("left: %v", got)
	}
}
