package memory

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/safefile"
	"rekey/test/kit"
	"rekey/test/kit/child"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

func openAt(t *testing.T, dir string) *Memory {
	t.Helper()
	return must.Get(Open(safefile.Disk{}, dir))(t)
}

func TestOpenMakesAPrivateFolder(t *testing.T) {
	dir := filepath.Join(files.TempDir(t), "a", "b")
	s := openAt(t, dir)
	must.Do(t, s.Record(auth.Refusal{Fingerprint: "f", Reason: auth.ReasonReused}))
	must.Get(s.ClaimNotice("n"))(t)
	must.Do(t, s.Reserve("r", time.Now()))
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	must.Do(t, err)
}

func TestOpenNarrowsAFolderOfOurs(t *testing.T) {
	dir := files.TempDir(t)
	files.Chmod(t, dir, 0o755)
	openAt(t, dir)
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestOpenRefusesWhatIsNotOurs(t *testing.T) {
	dir := files.TempDir(t)
	files.Mkdir(t, filepath.Join(dir, "real"))
	files.Symlink(t, "real", filepath.Join(dir, "link"))
	files.Write(t, filepath.Join(dir, "file"), nil)
	for _, name := range []string{"link", "file"} {
		if _, err := Open(safefile.Disk{}, filepath.Join(dir, name)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if os.Geteuid() != 0 {
		return // only root can give a folder away
	}
	foreign := filepath.Join(dir, "foreign")
	files.Mkdir(t, foreign)
	must.Do(t, os.Chown(foreign, 12345, 12345))
	if _, err := Open(safefile.Disk{}, foreign); err == nil {
		t.Error("another user's folder: no error")
	}
}

func TestStateFilesThatCannotBeUsed(t *testing.T) {
	for _, tt := range []struct {
		name    string
		content string
		lasting bool // whether a new entry reaches the file
	}{
		{"damaged", "{", true},
		{"empty", "", true},
		{"another form", `[1,2]`, true},
		{"from a newer Rekey", `{"version":2,"entries":[]}`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := files.TempDir(t)
			for _, name := range []string{refusalsFile, noticesFile} {
				files.Write(t, filepath.Join(dir, name), []byte(tt.content))
			}
			s := openAt(t, dir)
			if err := s.Record(auth.Refusal{Fingerprint: "f", Reason: auth.ReasonReused}); (err == nil) != tt.lasting {
				t.Errorf("Record: %v", err)
			}
			first, err := s.ClaimNotice("n")
			if !first || (err == nil) != tt.lasting {
				t.Errorf("ClaimNotice: %v, %v", first, err)
			}
			if again, err := s.ClaimNotice("n"); again || err != nil {
				t.Errorf("second ClaimNotice: %v, %v", again, err)
			}
			if _, ok := s.Lookup("f"); !ok {
				t.Error("the refusal is forgotten in this process")
			}
			_, ok := openAt(t, dir).Lookup("f")
			if ok != tt.lasting {
				t.Errorf("found after a restart: %v, want %v", ok, tt.lasting)
			}
			if !tt.lasting && string(files.Read(t, filepath.Join(dir, refusalsFile))) != tt.content {
				t.Error("a newer file was overwritten")
			}
		})
	}
}

func TestStateHoldsNoToken(t *testing.T) {
	dir := files.TempDir(t)
	s := openAt(t, dir)
	snapshot := kit.Parsed(t, kit.SignIn("sekret-refresh-token"))
	for _, f := range []string{s.Token(snapshot), s.Whole(snapshot)} {
		err := errors.Join(s.Record(auth.Refusal{Fingerprint: f, Reason: auth.ReasonReused}), s.Reserve(f, time.Now()), s.Sent(f))
		must.Do(t, err)
	}
	must.Get(s.ClaimNotice(s.Token(snapshot)))(t)
	entries := must.Get(os.ReadDir(dir))(t)
	for _, e := range entries {
		if strings.Contains(string(files.Read(t, filepath.Join(dir, e.Name()))), "sekret") {
			t.Errorf("%s holds the token", e.Name())
		}
	}
}

func TestUnkept(t *testing.T) {
	s := Unkept(errors.New("gone"))
	r := auth.Refusal{Fingerprint: "f", Reason: auth.ReasonReused, At: time.Now().UTC()}
	if err := s.Record(r); err == nil {
		t.Error("a refusal was written to nowhere")
	}
	if got, ok := s.Lookup("f"); !ok || got.Reason != r.Reason {
		t.Errorf("Lookup = %+v, %t: forgotten within the process", got, ok)
	}
	if err := s.Reserve("f", time.Now()); err == nil {
		t.Error("an answer could be kept nowhere")
	}
	if _, ok, _ := s.Held(); ok {
		t.Error("nothing holds something")
	}
	if a, b := s.Token(nil), Unkept(nil).Token(nil); a == b {
		t.Error("two processes share a key that nobody keeps")
	}
}

// A folder that others may write to is made private, or refused if it belongs
// to another user.
func TestOpenLooksAtTheFolderAbove(t *testing.T) {
	above := filepath.Join(files.TempDir(t), "rekey")
	files.Mkdir(t, above)
	files.Chmod(t, above, 0o777)
	openAt(t, filepath.Join(above, "home"))
	if info, err := os.Stat(above); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if os.Geteuid() != 0 {
		return // only root can give a folder away
	}
	files.Chmod(t, above, 0o777)
	must.Do(t, os.Chown(above, 12345, 12345))
	if _, err := Open(safefile.Disk{}, filepath.Join(above, "home")); err == nil {
		t.Error("another user's open folder: no error")
	}
}

// A request that could not be marked as sent is not sent, and does not count as
// one whose answer was lost.
func TestSentThatFails(t *testing.T) {
	t.Parallel()
	dir := files.TempDir(t)
	broken := false
	s, err := Open(safefile.Disk{Fault: func(op safefile.Op, _ string) error {
		if op == safefile.OpSync && broken {
			return syscall.EIO
		}
		return nil
	}}, dir)
	must.Do(t, err)
	must.Do(t, s.Reserve("one", noon))
	broken = true
	if err := s.Sent("one"); !errors.Is(err, syscall.EIO) {
		t.Errorf("Sent: %v, want EIO", err)
	}
	mustHold(t, openAt(t, dir), auth.EscrowEntry{Redeemed: "one", At: noon})
}

func TestMain(m *testing.M) {
	child.Main(m, map[string]func(dir string) int{
		"claim":  childClaim,
		"escrow": childEscrow,
	})
}
