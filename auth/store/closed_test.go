package store

import (
	"errors"
	"path/filepath"
	"testing"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// openAs is the store of a home with a given configuration.
func openAs(t *testing.T, home string, cfg codex.Config) auth.Store {
	t.Helper()
	return must.Get(Open(home, cfg, Options{}))(t)
}

// everyCall is what each method of a store fails with.
func everyCall(t *testing.T, s auth.Store) map[string]error {
	t.Helper()
	_, load := s.Load(kit.Context(t))
	_, remove := s.Delete(kit.Context(t))
	return map[string]error{
		"Load": load, "Delete": remove, "Writable": s.Writable(kit.Context(t)),
		"Update": s.Update(kit.Context(t), put(auth.NewAPIKey(auth.NewSecret("sk-fake")))),
	}
}

func TestEphemeralIsReportedAndLeftAlone(t *testing.T) {
	home := files.TempDir(t)
	files.Write(t, filepath.Join(home, codex.AuthFile), kit.SignIn("r")) // Codex does not look at it
	s := openAs(t, home, codex.Config{Store: codex.StoreEphemeral})
	for call, err := range everyCall(t, s) {
		if unreadable, ok := errors.AsType[*auth.UnreadableError](err); !ok || unreadable.Encrypted || unreadable.Locked {
			t.Errorf("%s: %v", call, err)
		}
	}
	if string(files.Read(t, filepath.Join(home, codex.AuthFile))) != string(kit.SignIn("r")) {
		t.Error("the file was changed")
	}
}

func TestFileIgnoresEncryption(t *testing.T) {
	home := files.TempDir(t)
	files.Write(t, filepath.Join(home, codex.AuthFile), kit.SignIn("r"))
	must.Get(openAs(t, home, codex.Config{Store: codex.StoreFile, Encrypted: true}).Load(kit.Context(t)))(t)
}

func TestOpenOfAnUnknownKind(t *testing.T) {
	if _, err := Open(t.TempDir(), codex.Config{}, Options{}); err == nil {
		t.Error("no error")
	}
}
