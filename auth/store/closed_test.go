package store

import (
	"errors"
	"path/filepath"
	"testing"

	"rekey/auth"
)

// openAs is the store of a home with a given configuration.
func openAs(t *testing.T, home string, cfg Config) auth.Store {
	t.Helper()
	s, err := Open(home, cfg, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// everyCall is what each method of a store fails with.
func everyCall(t *testing.T, s auth.Store) map[string]error {
	t.Helper()
	_, load := s.Load(ctxFor(t))
	_, remove := s.Delete(ctxFor(t))
	return map[string]error{
		"Load": load, "Delete": remove, "Writable": s.Writable(ctxFor(t)),
		"Update": s.Update(ctxFor(t), put(auth.NewAPIKey(auth.NewSecret("sk-fake")))),
	}
}

func TestEphemeralIsReportedAndLeftAlone(t *testing.T) {
	t.Parallel()
	home := tempDir(t)
	write(t, filepath.Join(home, authFile), signIn("r")) // Codex does not look at it
	s := openAs(t, home, Config{Kind: KindEphemeral})
	for call, err := range everyCall(t, s) {
		var unreadable *auth.UnreadableError
		if !errors.As(err, &unreadable) || unreadable.Encrypted || unreadable.Locked {
			t.Errorf("%s: %v", call, err)
		}
	}
	if string(read(t, filepath.Join(home, authFile))) != string(signIn("r")) {
		t.Error("the file was changed")
	}
}

func TestEncryptedStoreIsRecognised(t *testing.T) {
	t.Parallel()
	for _, kind := range []Kind{KindKeyring, KindAuto} {
		home := tempDir(t)
		write(t, filepath.Join(home, authFile), signIn("r"))
		mkdir(t, filepath.Join(home, "secrets"))
		write(t, filepath.Join(home, "secrets", "codex_auth.age"), []byte("age"))
		s := openAs(t, home, Config{Kind: kind, Encrypted: true})
		for call, err := range everyCall(t, s) {
			var unreadable *auth.UnreadableError
			if !errors.As(err, &unreadable) || !unreadable.Encrypted {
				t.Errorf("%s %s: %v", kind, call, err)
			}
		}
		if string(read(t, filepath.Join(home, authFile))) != string(signIn("r")) {
			t.Error("the file was changed")
		}
	}
}

func TestEncryptedStoreThatIsEmpty(t *testing.T) {
	t.Parallel()
	home := tempDir(t)
	write(t, filepath.Join(home, authFile), signIn("r"))
	keyring := openAs(t, home, Config{Kind: KindKeyring, Encrypted: true})
	if _, err := keyring.Load(ctxFor(t)); !errors.Is(err, auth.ErrNoCredential) {
		t.Errorf("keyring: %v, want ErrNoCredential", err)
	}
	if keyring.Writable(ctxFor(t)) == nil {
		t.Error("keyring: Writable")
	}
	auto := openAs(t, home, Config{Kind: KindAuto, Encrypted: true})
	if got, err := auto.Load(ctxFor(t)); err != nil || got.RefreshToken().Reveal() != "r" {
		t.Errorf("auto: %v", err)
	}
	for call, err := range everyCall(t, auto) {
		if err != nil && call != "Load" {
			t.Errorf("auto %s: %v", call, err)
		}
	}
}

func TestFileIgnoresEncryption(t *testing.T) {
	t.Parallel()
	home := tempDir(t)
	write(t, filepath.Join(home, authFile), signIn("r"))
	if _, err := openAs(t, home, Config{Kind: KindFile, Encrypted: true}).Load(ctxFor(t)); err != nil {
		t.Error(err)
	}
}

func TestOpenOfAnUnknownKind(t *testing.T) {
	t.Parallel()
	if _, err := Open(t.TempDir(), Config{}, Options{}); err == nil {
		t.Error("no error")
	}
}
