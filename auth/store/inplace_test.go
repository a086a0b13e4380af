package store

import (
	"path/filepath"
	"syscall"
	"testing"

	"rekey/auth/codex"
	"rekey/internal/safefile"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// failing is a disk on which one operation fails.
func failing(op safefile.Op, with syscall.Errno) safefile.Disk {
	return safefile.Disk{Fault: func(o safefile.Op, _ string) error {
		if o == op {
			return with
		}
		return nil
	}}
}

// fileConfig is the configuration of a store that is a file.
func fileConfig() codex.Config { return codex.Config{Store: codex.StoreFile} }

// A process that dies while it writes in place leaves the beginning of the new
// content and the end of the old: at every length of the beginning, whether the
// new content is shorter or longer, the next reader finds the new sign-in.
func TestTornWriteIsCompleted(t *testing.T) {
	t.Parallel()
	old, long := kit.SignIn("old"), kit.SignIn("a-refresh-token-that-is-longer-than-the-old-one")
	for name, change := range map[string]struct{ old, fresh []byte }{"longer": {old, long}, "shorter": {long, old}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := files.TempDir(t)
			s := open(t, home).(*fileStore)
			written := safefile.Pad(change.fresh, len(change.old))
			for n := 0; n <= len(written); n += 37 {
				torn := append([]byte(nil), written[:n]...)
				if n < len(change.old) {
					torn = append(torn, change.old[n:]...)
				}
				files.Write(t, s.path, torn)
				must.Do(t, s.begin(change.old, change.fresh))
				got, err := s.Load(kit.Context(t))
				if err != nil {
					t.Fatalf("torn at %d: %v", n, err)
				}
				want := kit.Parsed(t, change.fresh)
				if string(torn) == string(change.old) {
					want = kit.Parsed(t, change.old) // nothing was written
				}
				if !got.Equal(want) {
					t.Fatalf("torn at %d: it holds another sign-in", n)
				}
				if s.begun() {
					t.Fatalf("torn at %d: the journal stays", n)
				}
			}
		})
	}
}

// Content that another program has written since is not mistaken for a torn
// write.
func TestJournalLeavesOthersAlone(t *testing.T) {
	home := files.TempDir(t)
	s := open(t, home).(*fileStore)
	files.Write(t, s.path, kit.SignIn("theirs"))
	must.Do(t, s.begin(kit.SignIn("old"), kit.SignIn("new")))
	holds(t, s, "theirs")
	if s.begun() {
		t.Error("the journal stays")
	}
}

// While another process is writing, nothing is completed.
func TestJournalOfALivingProcess(t *testing.T) {
	home := files.TempDir(t)
	s := open(t, home).(*fileStore)
	files.Write(t, s.path, kit.SignIn("old")[:100])
	must.Do(t, s.begin(kit.SignIn("old"), kit.SignIn("new")))
	unlock := must.Get(safefile.TryLock(filepath.Join(home, "auth.lock"), 0o600))(t)
	defer unlock()
	if _, err := s.Load(kit.Context(t)); err == nil {
		t.Error("half a file was read")
	}
	if !s.begun() {
		t.Error("the journal is gone")
	}
}
