package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/keyring"
	"rekey/test/kit/must"
)

// keyringHome is a home on a private bus with the real Codex and Rekey's store.
func keyringHome(t *testing.T, kind codex.Store) (*keyring.Bus, *realCodex, auth.Store) {
	t.Helper()
	home := files.TempDir(t)
	b := keyring.New(t)
	c := newCodex(t, home, b.Env...)
	c.configure(`cli_auth_credentials_store = "` + string(kind) + "\"\n")
	cfg := must.Get(codex.ReadConfig(home))(t)
	s := must.Get(Open(home, cfg, Options{BusAddress: b.Address}))(t)
	return b, c, s
}

func TestCodexAndRekeyShareTheKeyring(t *testing.T) {
	t.Parallel()
	for _, kind := range []codex.Store{codex.StoreKeyring, codex.StoreAuto} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			b, c, s := keyringHome(t, kind)
			c.signIn(fakeKey)
			if got, err := s.Load(kit.Context(t)); err != nil || got.APIKey().Reveal() != fakeKey {
				t.Fatalf("Rekey does not read what Codex wrote: %v", err)
			}
			codexs := b.Items(codexService)
			const second = "sk-fake-second-987FGHIJ"
			must.Do(t, s.Update(kit.Context(t), put(auth.NewAPIKey(auth.NewSecret(second)))))
			if got := b.Items(codexService); len(got) != 1 || !reflect.DeepEqual(got, codexs) {
				t.Errorf("items %v, want Codex's %v", got, codexs)
			}
			c.wantStatus("API key configured - sk-fake-***FGHIJ")
			if method, token := c.token(); method != "apikey" || token != second {
				t.Errorf("getAuthStatus: %q, %q", method, token)
			}
			if removed, err := s.Delete(kit.Context(t)); !removed || err != nil {
				t.Errorf("Delete: %v, %v", removed, err)
			}
			c.wantStatus("Not logged in")

			// Now Rekey makes the item, and Codex takes it over.
			must.Do(t, s.Update(kit.Context(t), put(auth.NewAPIKey(auth.NewSecret(fakeKey)))))
			if got := b.Items(codexService); !reflect.DeepEqual(got, codexs) {
				t.Errorf("items %v, want as of Codex %v", got, codexs)
			}
			c.wantStatus("API key configured - sk-fake-***ABCDE")
			c.signIn(second)
			if got := b.Items(codexService); len(got) != 1 {
				t.Errorf("items %v, want one", got)
			}
			if got, err := s.Load(kit.Context(t)); err != nil || got.APIKey().Reveal() != second {
				t.Errorf("after Codex's sign-in: %v", err)
			}
			if _, code := c.run("", "logout"); code != 0 {
				t.Errorf("codex logout: exit %d", code)
			}
			if _, err := s.Load(kit.Context(t)); !errors.Is(err, auth.ErrNoCredential) {
				t.Errorf("after Codex's logout: %v", err)
			}
			if _, err := os.Stat(filepath.Join(c.home, codex.AuthFile)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("auth.json: %v", err)
			}
		})
	}
}

// What both programs make of a file and an item in "auto".
func TestCodexAndRekeyAgreeOnAuto(t *testing.T) {
	t.Parallel()
	b, c, s := keyringHome(t, codex.StoreAuto)
	path := filepath.Join(c.home, codex.AuthFile)
	agree := func(when, want string) {
		t.Helper()
		got, err := s.Load(kit.Context(t))
		if key := got.APIKey().Reveal(); err != nil || key != want {
			t.Errorf("%s: Rekey reads %q, %v; want %q", when, key, err, want)
		}
		if _, key := c.token(); key != want {
			t.Errorf("%s: Codex reads %q, want %q", when, key, want)
		}
	}
	fileKey, ringKey := "sk-fake-file-0123456789", "sk-fake-ring-0123456789"
	files.Write(t, path, auth.NewAPIKey(auth.NewSecret(fileKey)).Encode())
	agree("file only", fileKey)
	b.Make(map[string]string{"application": "rust-keyring", "service": codexService, "target": "default", "username": "cli|" + codex.ShortHash(c.home)}, string(auth.NewAPIKey(auth.NewSecret(ringKey)).Encode()))
	agree("both", ringKey)
	b.Lock()
	agree("locked", fileKey)
	b.Unlock()
	const saved = "sk-fake-save-0123456789"
	must.Do(t, s.Update(kit.Context(t), put(auth.NewAPIKey(auth.NewSecret(saved)))))
	agree("after Rekey's save", saved)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("auth.json: %v", err)
	}
}
