package store

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

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
	must.Do(t, s.Update(patient(t), put(apiKey(second))))
	c.wantStatus("API key configured - sk-fake-***FGHIJ")
	if got := h.Items(secretsService); len(got) != 1 || len(codexs) != 1 {
		t.Errorf("items %v, want Codex's %v", got, codexs)
	}
	if removed, err := s.Delete(patient(t)); !removed || err != nil {
		t.Errorf("Delete: %v, %v", removed, err)
	}
	c.wantStatus("Not logged in")
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
	server := must.Get(box.Start(box.Config{}))(t)
	t.Cleanup(server.Close)
	c := newCodex(t, h.dir, h.Env...)
	c.configure(encryptedConfig)
	c.env = append(c.env, "CODEX_REFRESH_TOKEN_URL_OVERRIDE="+server.TokenURL(), "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	s := h.again(codex.StoreKeyring, Options{})
	server.SetAccessLife(time.Minute) // Codex refreshes five minutes before
	stale := kit.Parsed(t, server.SignIn(box.Ada()))
	server.SetAccessLife(time.Hour)
	must.Do(t, s.Update(patient(t), put(stale)))
	if _, token := c.token(); token == "" || token == stale.AccessToken().Reveal() {
		t.Error("Codex has not refreshed the access token")
	}
	got, err := s.Load(patient(t))
	if err != nil || got.RefreshToken().Reveal() == stale.RefreshToken().Reveal() {
		t.Errorf("Rekey does not read what Codex has refreshed: %v", err)
	}
	// What Rekey gets for that, Codex uses as it is.
	next := kit.Parsed(t, server.SignIn(box.Ada()))
	must.Do(t, s.Update(patient(t), put(next)))
	if _, token := c.token(); token != next.AccessToken().Reveal() {
		t.Error("Codex does not use the access token that Rekey has stored")
	}
	if server.Refreshes() != 1 || server.Reused() != 0 {
		t.Errorf("%d refreshes, %d of a used token", server.Refreshes(), server.Reused())
	}
}

// What Rekey cannot open, Codex cannot either, and neither writes over it.
func TestCodexCannotOpenTheEncryptedStoreEither(t *testing.T) {
	h := newEncryptedHome(t)
	c := newCodex(t, h.dir, h.Env...)
	c.configure(encryptedConfig)
	c.signIn(fakeKey)
	good := files.Read(t, h.path)
	refuses := func(t *testing.T, content []byte) {
		t.Helper()
		files.Write(t, h.path, content)
		if text, code := c.run("sk-fake-other", "login", "--with-api-key"); code == 0 {
			t.Errorf("Codex signs in: %s", text)
		}
		if !bytes.Equal(files.Read(t, h.path), content) {
			t.Error("the file was changed")
		}
	}
	for what, bad := range h.unopenable(good) {
		t.Run(what, func(t *testing.T) { refuses(t, bad.content) })
	}
	h.Lock()
	t.Run("locked", func(t *testing.T) { refuses(t, good) })
	h.Unlock()
	c.wantStatus("API key configured - sk-fake-***ABCDE")
	h.loads(h.again(codex.StoreKeyring, Options{}), fakeKey)
	h.forgetKey()
	t.Run("without its key", func(t *testing.T) { refuses(t, good) })
}

// Wherever Codex is killed while it writes, Rekey reads the old sign-in or the new
// one, and what Rekey writes then Codex reads.
func TestCodexKilledWhileItWritesTheEncryptedStore(t *testing.T) {
	h := newEncryptedHome(t)
	c := newCodex(t, h.dir, h.Env...)
	c.configure(encryptedConfig)
	c.signIn(fakeKey)
	const second, third = "sk-fake-second-987FGHIJ", "sk-fake-third-654KLMNO"
	before := h.look()
	cmd := c.command("login", "--with-api-key")
	cmd.Stdin = strings.NewReader(second)
	must.Do(t, cmd.Start())
	kit.Eventually(t, "a change of Codex's", func() bool { return h.look() != before })
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	s := h.again(codex.StoreKeyring, Options{})
	got, err := s.Load(patient(t))
	if err != nil || got.APIKey().Reveal() != fakeKey && got.APIKey().Reveal() != second {
		t.Fatalf("Load: %v", err)
	}
	must.Do(t, s.Update(patient(t), put(apiKey(third))))
	c.wantStatus("API key configured - sk-fake-***KLMNO")
}

// look is the names, sizes and dates in the folder of the encrypted file.
func (h encryptedHome) look() (all string) {
	entries, _ := os.ReadDir(filepath.Dir(h.path))
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			all += info.Name() + info.ModTime().String() + " "
		} else if !errors.Is(err, fs.ErrNotExist) {
			h.t.Fatal(err)
		}
	}
	return all
}
