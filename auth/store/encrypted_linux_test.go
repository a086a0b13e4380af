package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/auth/store/agefile"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/keyring"
	"rekey/test/kit/must"
)

const encryptedConfig = "cli_auth_credentials_store = \"keyring\"\n[features]\nsecret_auth_storage = true\n"

// encryptedHome is a home with the encrypted store on a private bus; again opens
// it as another process would.
type encryptedHome struct {
	*keyring.Bus
	t    *testing.T
	dir  string
	path string
}

func newEncryptedHome(t *testing.T) encryptedHome {
	t.Helper()
	dir := files.TempDir(t)
	return encryptedHome{keyring.New(t), t, dir, codex.EncryptedPath(dir)}
}

func (h encryptedHome) again(kind codex.Store, opts Options) *encryptedStore {
	h.t.Helper()
	opts.BusAddress = h.Address
	opts.Child = rekeyChild(h.t)
	opts.KeyringTimeout = 20 * time.Second // on a machine that is busy with scrypt
	s := must.Get(Open(h.dir, codex.Config{Store: kind, Encrypted: true}, opts))(h.t)
	return s.(*encryptedStore)
}

func (h encryptedHome) loads(s auth.Store, want string) {
	h.t.Helper()
	got, err := s.Load(patient(h.t))
	if err != nil || got.APIKey().Reveal() != want {
		h.t.Fatalf("Load: %v, want the key %q", err, want)
	}
}

// unreadable is the error of a store that cannot be read.
func (h encryptedHome) unreadable(s auth.Store, what string) *auth.UnreadableError {
	h.t.Helper()
	_, err := s.Load(patient(h.t))
	var found *auth.UnreadableError
	if !errors.As(err, &found) || !found.Encrypted || !strings.Contains(found.What.Error(), what) {
		h.t.Fatalf("Load: %v, want %q of the encrypted store", err, what)
	}
	return found
}

// rekeyChild is Rekey as users get it: with the race detector, as the tests may
// have it, scrypt takes a minute.
func rekeyChild(t *testing.T) agefile.Child {
	return agefile.Child{Program: kit.Rekey(t), Patience: patience}
}

// patience allows for a machine that runs other tests beside scrypt's half
// gigabyte.
const patience = 5 * time.Minute

func patient(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

func apiKey(key string) *auth.Snapshot { return auth.NewAPIKey(auth.NewSecret(key)) }

// These tests do not run in parallel, because one child takes half a gigabyte.

func TestEncryptedStoreThatCannotBeOpened(t *testing.T) {
	h := newEncryptedHome(t)
	s := h.again(codex.StoreKeyring, Options{})
	if _, err := s.Load(patient(t)); !errors.Is(err, auth.ErrNoCredential) {
		t.Errorf("without a file: %v", err)
	}
	must.Do(t, s.Update(patient(t), put(apiKey(fakeKey))))
	h.loads(s, fakeKey)
	file := files.Read(t, h.path)

	h.Lock()
	h.loads(s, fakeKey) // which has opened it before
	other := h.again(codex.StoreKeyring, Options{})
	if found := h.unreadable(other, "locked"); !found.Locked {
		t.Error("the State does not know that it is locked")
	}
	if other.Writable(patient(t)) == nil {
		t.Error("Writable with a locked keyring")
	}
	h.Unlock()
	h.loads(other, fakeKey)

	for what, bad := range h.unopenable(file) {
		files.Write(t, h.path, bad.content)
		h.unreadable(other, bad.says)
		if err := other.Update(patient(t), put(apiKey("sk-fake-other"))); err == nil {
			t.Errorf("%s: it is written over", what)
		}
		if !bytes.Equal(files.Read(t, h.path), bad.content) {
			t.Errorf("%s: it was changed", what)
		}
	}
	files.Write(t, h.path, file)
	h.loads(other, fakeKey)

	h.forgetKey()
	h.unreadable(h.again(codex.StoreKeyring, Options{}), "its key is not in the keyring")
}

// forgetKey removes the key from the keyring.
func (h encryptedHome) forgetKey() {
	h.t.Helper()
	s := h.again(codex.StoreKeyring, Options{})
	must.Do(h.t, s.ring.Remove(patient(h.t), s.item))
}

// What else is in the file stays, and so does what others wrote meanwhile.
func TestEncryptedStoreKeepsWhatIsOthers(t *testing.T) {
	h := newEncryptedHome(t)
	s := h.again(codex.StoreKeyring, Options{})
	must.Do(t, s.Update(patient(t), put(apiKey(fakeKey))))
	files.Write(t, h.path, mustSeal(t, h.key(), `{"version":1,"secrets":{"global/OTHER":"kept"}}`))
	must.Do(t, s.Update(patient(t), put(apiKey("sk-fake-2"))))
	h.loads(h.again(codex.StoreKeyring, Options{}), "sk-fake-2")
	if removed, err := s.Delete(patient(t)); !removed || err != nil {
		t.Errorf("Delete: %v, %v", removed, err)
	}
	plain, err := rekeyChild(t).Open(patient(t), h.key(), files.Read(t, h.path))
	var left secrets
	if err != nil || json.Unmarshal(plain, &left) != nil || len(left.Secrets) != 1 || string(left.Secrets["global/OTHER"]) != `"kept"` {
		t.Errorf("%s, %v", plain, err)
	}
}

// Wherever a writer is killed, the file is the old one or the new one.
func TestEncryptedStoreKilledInBetween(t *testing.T) {
	h := newEncryptedHome(t)
	must.Do(t, h.again(codex.StoreKeyring, Options{}).Update(patient(t), put(apiKey(fakeKey))))
	before := files.Read(t, h.path)
	stopped := errors.New("killed")
	for _, at := range []auth.Step{StepWritten, StepTargetLocked, StepCompared} {
		func() {
			defer func() { _ = recover() }() // a panic releases the locks as the death of a process does
			_ = h.again(codex.StoreKeyring, Options{Step: func(s auth.Step) {
				if s == at {
					panic(stopped)
				}
			}}).Update(patient(t), put(apiKey("sk-fake-2")))
			t.Errorf("%s: it was not stopped", at)
		}()
		if !bytes.Equal(files.Read(t, h.path), before) {
			t.Errorf("%s: the file was changed", at)
		}
	}
	ctx, cancel := context.WithCancel(patient(t))
	cancel() // the child is ended
	if err := h.again(codex.StoreKeyring, Options{}).Update(ctx, put(apiKey("sk-fake-2"))); err == nil {
		t.Error("Update after the end of its context")
	}
	h.loads(h.again(codex.StoreKeyring, Options{}), fakeKey)
}

// "auto" takes the file while nothing is encrypted, and removes it then.
func TestEncryptedStoreElseTheFile(t *testing.T) {
	h := newEncryptedHome(t)
	path := filepath.Join(h.dir, codex.AuthFile)
	files.Write(t, path, apiKey("sk-fake-file").Encode())
	s := h.again(codex.StoreAuto, Options{})
	h.loads(s, "sk-fake-file")
	must.Do(t, s.Update(patient(t), put(apiKey(fakeKey))))
	h.loads(s, fakeKey)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("auth.json: %v", err)
	}
}

// unopenable is a file that cannot be opened, and what Rekey says of it.
type unopenable struct {
	content []byte
	says    string
}

// unopenable makes files that cannot be opened out of a good one.
func (h encryptedHome) unopenable(good []byte) map[string]unopenable {
	h.t.Helper()
	const damaged = "it is damaged, or of a kind that"
	return map[string]unopenable{
		"truncated":              {good[:len(good)/2], damaged},
		"another version of age": {[]byte("age-encryption.org/v9\n"), damaged},
		"another passphrase":     {mustSeal(h.t, "another key", `{"version":1,"secrets":{}}`), "does not open it"},
		"another version":        {mustSeal(h.t, h.key(), `{"version":2,"secrets":{}}`), damaged},
		"no JSON":                {mustSeal(h.t, h.key(), `no JSON`), damaged},
	}
}

// key is the one in the keyring.
func (h encryptedHome) key() string {
	h.t.Helper()
	key := must.Get(h.again(codex.StoreKeyring, Options{}).key(patient(h.t)))(h.t)
	return key
}

func mustSeal(t *testing.T, key, plain string) []byte {
	t.Helper()
	return must.Get(rekeyChild(t).Seal(patient(t), key, []byte(plain)))(t)
}
