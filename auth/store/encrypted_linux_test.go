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
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/keyring"
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
	s, err := Open(h.dir, codex.Config{Store: kind, Encrypted: true}, opts)
	if err != nil {
		h.t.Fatal(err)
	}
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

// Both programs read, replace and remove what the other has written.
func TestCodexAndRekeyShareTheEncryptedStore(t *testing.T) {
	h := newEncryptedHome(t)
	c := newCodex(t, h.dir, h.Env...)
	c.configure(encryptedConfig)
	s := h.again(codex.StoreKeyring, Options{})

	c.signIn(fakeKey)
	h.loads(s, fakeKey)
	codexs := h.Items(secretsService)
	const second = "sk-fake-second-987FGHIJ"
	if err := s.Update(patient(t), put(apiKey(second))); err != nil {
		t.Fatal(err)
	}
	if got := c.status(); got != "API key configured - sk-fake-***FGHIJ" {
		t.Errorf("Codex says %q", got)
	}
	if got := h.Items(secretsService); len(got) != 1 || len(codexs) != 1 {
		t.Errorf("items %v, want Codex's %v", got, codexs)
	}
	if removed, err := s.Delete(patient(t)); !removed || err != nil {
		t.Errorf("Delete: %v, %v", removed, err)
	}
	if got := c.status(); got != "Not logged in" {
		t.Errorf("after Delete Codex says %q", got)
	}
	c.signIn(second)
	h.loads(s, second)
	if text, code := c.run("", "logout"); code != 0 {
		t.Errorf("codex logout: exit %d: %s", code, text)
	}
	if _, err := s.Load(patient(t)); !errors.Is(err, auth.ErrNoCredential) {
		t.Errorf("after Codex's logout: %v", err)
	}
}

// Rekey makes file and key, and the real Codex refreshes what it finds there.
func TestCodexRefreshesInTheEncryptedStore(t *testing.T) {
	h := newEncryptedHome(t)
	server, err := box.Start(box.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	c := newCodex(t, h.dir, h.Env...)
	c.configure(encryptedConfig)
	c.env = append(c.env, "CODEX_REFRESH_TOKEN_URL_OVERRIDE="+server.TokenURL(), "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	s := h.again(codex.StoreKeyring, Options{})
	server.SetAccessLife(time.Minute) // Codex refreshes five minutes before
	stale := kit.Parsed(t, server.SignIn(box.Ada()))
	server.SetAccessLife(time.Hour)
	if err := s.Update(patient(t), put(stale)); err != nil {
		t.Fatal(err)
	}
	if _, token := c.token(); token == "" || token == stale.AccessToken().Reveal() {
		t.Error("Codex has not refreshed the access token")
	}
	got, err := s.Load(patient(t))
	if err != nil || got.RefreshToken().Reveal() == stale.RefreshToken().Reveal() {
		t.Errorf("Rekey does not read what Codex has refreshed: %v", err)
	}
	if server.Refreshes() != 1 || server.Reused() != 0 {
		t.Errorf("%d refreshes, %d of a used token", server.Refreshes(), server.Reused())
	}
}

func TestEncryptedStoreThatCannotBeOpened(t *testing.T) {
	h := newEncryptedHome(t)
	s := h.again(codex.StoreKeyring, Options{})
	if _, err := s.Load(patient(t)); !errors.Is(err, auth.ErrNoCredential) {
		t.Errorf("without a file: %v", err)
	}
	if err := s.Update(patient(t), put(apiKey(fakeKey))); err != nil {
		t.Fatal(err)
	}
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

	for what, content := range map[string][]byte{
		"damaged":           file[:len(file)/2],
		"damaged, or":       []byte("age-encryption.org/v9\n"),
		"does not open it":  mustSeal(t, "another key", `{"version":1,"secrets":{}}`),
		"of a kind that":    mustSeal(t, h.key(), `{"version":2,"secrets":{}}`),
		"it is damaged, or": mustSeal(t, h.key(), `no JSON`),
	} {
		files.Write(t, h.path, content)
		h.unreadable(other, what)
		if err := other.Update(patient(t), put(apiKey("sk-fake-other"))); err == nil {
			t.Errorf("%s: it is written over", what)
		}
		if !bytes.Equal(files.Read(t, h.path), content) {
			t.Errorf("%s: it was changed", what)
		}
	}
	files.Write(t, h.path, file)
	h.loads(other, fakeKey)
}

// What else is in the file stays, and so does what others wrote meanwhile.
func TestEncryptedStoreKeepsWhatIsOthers(t *testing.T) {
	h := newEncryptedHome(t)
	s := h.again(codex.StoreKeyring, Options{})
	if err := s.Update(patient(t), put(apiKey(fakeKey))); err != nil {
		t.Fatal(err)
	}
	files.Write(t, h.path, mustSeal(t, h.key(), `{"version":1,"secrets":{"global/OTHER":"kept"}}`))
	if err := s.Update(patient(t), put(apiKey("sk-fake-2"))); err != nil {
		t.Fatal(err)
	}
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
	if err := h.again(codex.StoreKeyring, Options{}).Update(patient(t), put(apiKey(fakeKey))); err != nil {
		t.Fatal(err)
	}
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
	if err := s.Update(patient(t), put(apiKey(fakeKey))); err != nil {
		t.Fatal(err)
	}
	h.loads(s, fakeKey)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("auth.json: %v", err)
	}
}

// key is the one in the keyring.
func (h encryptedHome) key() string {
	h.t.Helper()
	key, err := h.again(codex.StoreKeyring, Options{}).key(patient(h.t))
	if err != nil {
		h.t.Fatal(err)
	}
	return key
}

func mustSeal(t *testing.T, key, plain string) []byte {
	t.Helper()
	sealed, err := rekeyChild(t).Seal(patient(t), key, []byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}
