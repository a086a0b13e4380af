package watcher

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"rekey/test/kit/must"
)

// nobody is the user that the tests below run as when they are started by root,
// who may read everything.
const nobody = 65534

// asUser reports whether the test runs as an ordinary user. If not, it has run
// the test as one, in a process of its own.
func asUser(t *testing.T) bool {
	t.Helper()
	if os.Geteuid() != 0 {
		return true
	}
	tmp := must.Get(os.MkdirTemp("", "watcher"))(t)
	t.Cleanup(func() { _ = os.RemoveAll(tmp) })
	must.Do(t, os.Chown(tmp, nobody, nobody))
	if err := os.Chmod("/proc/self/exe", 0o755); err != nil { // the umask may have closed it
		t.Fatal(err)
	}
	// By this name the kernel finds the program though nobody may not enter its folder.
	child := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v")
	child.Dir = tmp
	child.Env = append(os.Environ(), "TMPDIR="+tmp, "HOME="+tmp)
	child.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := child.CombinedOutput()
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EINVAL) {
		missingPart(t, "the right to become another user: "+err.Error())
	}
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("as another user: %v\n%s", err, out)
	}
	return false
}

func TestPermissionLostAndRegained(t *testing.T) {
	t.Parallel()
	if !asUser(t) {
		return
	}
	for _, tt := range []struct {
		name  string
		setup func(d disk)
		steps []step
		polls bool
	}{
		{"of the home", signedIn, []step{
			{"lost", func(d disk) { d.chmod("user/.codex", 0) }},
			{"regained", func(d disk) { d.chmod("user/.codex", 0o700) }},
			{"rewritten", func(d disk) { d.write("user/.codex/auth.json", "second") }},
			{"replaced", func(d disk) { d.replace("user/.codex/auth.json", "third") }},
		}, false},
		{"of the home, which is another one then", signedIn, []step{
			{"lost", func(d disk) { d.chmod("user/.codex", 0) }},
			{"another", func(d disk) {
				d.rename("user/.codex", "user/away")
				signedIn(d)
				d.replace("user/.codex/auth.json", "second")
				d.chmod("user/.codex", 0o600)
			}},
			{"regained", func(d disk) { d.chmod("user/.codex", 0o700) }},
			{"rewritten", func(d disk) { d.write("user/.codex/auth.json", "third") }},
		}, false},
		{"of the home, not had at the start", func(d disk) { signedIn(d); d.chmod("user/.codex", 0) }, []step{
			{"regained", func(d disk) { d.chmod("user/.codex", 0o700) }},
			{"rewritten", func(d disk) { d.write("user/.codex/auth.json", "second") }},
		}, false},
		{"of a directory above", signedIn, []step{
			{"lost", func(d disk) { d.chmod("user", 0) }},
			{"regained", func(d disk) { d.chmod("user", 0o755) }},
			{"replaced", func(d disk) { d.replace("user/.codex/auth.json", "second") }},
		}, false},
		{"of a directory above, not had at the start", func(d disk) { signedIn(d); d.chmod("user", 0) }, []step{
			{"regained", func(d disk) { d.chmod("user", 0o755) }},
			{"replaced", func(d disk) { d.replace("user/.codex/auth.json", "second") }},
		}, false},
		{"of the link's target's directory", linkedFile, []step{
			{"lost", func(d disk) { d.chmod("dotfiles", 0) }},
			{"regained", func(d disk) { d.chmod("dotfiles", 0o700) }},
			{"rewritten", func(d disk) { d.write("dotfiles/auth.json", "second") }},
		}, false},
		{"of the file", signedIn, []step{
			{"lost", func(d disk) { d.chmod("user/.codex/auth.json", 0) }},
			{"regained", func(d disk) { d.chmod("user/.codex/auth.json", 0o600) }},
		}, false},
		{"to list the home, not had at the start", func(d disk) { signedIn(d); d.chmod("user/.codex", 0o300) }, []step{
			{"rewritten all the same", func(d disk) { d.write("user/.codex/auth.json", "second, by the poll") }},
			{"regained", func(d disk) { d.chmod("user/.codex", 0o700) }},
			{"rewritten", func(d disk) { d.write("user/.codex/auth.json", "third") }},
		}, true},
		{"to list the home, had at the start", signedIn, []step{
			{"lost", func(d disk) { d.chmod("user/.codex", 0o300) }},
			{"rewritten all the same", func(d disk) { d.write("user/.codex/auth.json", "second") }},
			{"once more", func(d disk) { d.write("user/.codex/auth.json", "third") }},
			{"and once more", func(d disk) { d.write("user/.codex/auth.json", "fourth") }},
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDisk(t)
			t.Cleanup(func() { // so that it can be removed
				for _, dir := range []string{"user", "user/.codex", "user/away", "dotfiles"} {
					_ = os.Chmod(d.path(dir), 0o700)
				}
			})
			tt.setup(d)
			w := newWatcher(t, d.path("user/.codex/auth.json"))
			if tt.polls {
				w.interval = time.Millisecond
			}
			walk(t, d, w, tt.steps)
		})
	}
}

// The old home's watch says nothing about the new home.
func TestReplacedByOneThatMayNotBeListed(t *testing.T) {
	t.Parallel()
	if !asUser(t) {
		return
	}
	for name, leave := range map[string]func(d disk){
		"removed":                        func(d disk) { d.remove("user/.codex") },
		"moved":                          func(d disk) { d.rename("user/.codex", "user/away") },
		"moved with the directory above": func(d disk) { d.rename("user", "away") },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDisk(t)
			signedIn(d)
			w := newWatcher(t, d.path("user/.codex/auth.json"))
			w.interval = time.Millisecond
			run := newRun(w)
			defer run.close()
			run.arm()
			leave(d)
			signedIn(d)
			d.chmod("user/.codex", 0o300)
			t.Cleanup(func() { d.chmod("user/.codex", 0o700) })

			r := startReaderOf(t, w, run.loop)
			defer r.stop(t)
			for _, content := range []string{"second", "the third", "and the fourth"} {
				d.write("user/.codex/auth.json", content)
				r.sees(t, d.path("user/.codex/auth.json"))
			}
		})
		t.Run(name+", and the events lost", func(t *testing.T) {
			d := newDisk(t)
			signedIn(d)
			run := newRun(newWatcher(t, d.path("user/.codex/auth.json")))
			defer run.close()
			run.arm()
			leave(d)
			signedIn(d)
			d.chmod("user/.codex", 0o300)
			t.Cleanup(func() { d.chmod("user/.codex", 0o700) })
			run.resume()
			if run.poll.due() == nil {
				t.Error("does not poll")
			}
		})
	}
}

// Directories that may not be listed cannot be watched. That matters only if
// nothing else would tell.
func TestPollsWhereItMayNotList(t *testing.T) {
	t.Parallel()
	if !asUser(t) {
		return
	}
	for _, tt := range []struct {
		name       string
		setup      func(d disk)
		user, home os.FileMode
		want       bool
	}{
		{"everything allowed", signedIn, 0o755, 0o700, false},
		{"a home that may not be entered: the directory above tells", signedIn, 0o755, 0, false},
		{"a home that may be listed, not entered", signedIn, 0o755, 0o600, false},
		{"a home that may be entered, not listed", signedIn, 0o755, 0o300, true},
		{"the same without the file", func(d disk) { d.mkdir("user/.codex") }, 0o755, 0o300, true},
		{"the same with a directory where the file should be", func(d disk) { d.mkdir("user/.codex/auth.json") }, 0o755, 0o300, true},
		{"a directory that the way enters, may not list, and leaves", func(d disk) {
			linkedFile(d)
			d.mkdir("dotfiles/old")
			d.chmod("dotfiles/old", 0o300)
			d.link("../../dotfiles/old/../auth.json", "user/.codex/auth.json")
		}, 0o755, 0o700, false},
		{"a directory above that may not be listed: the home tells", signedIn, 0o300, 0o700, false},
		{"the same without a home", func(d disk) { d.mkdir("user") }, 0o300, 0, true},
		{"the same with a link as the home", linkedHome, 0o300, 0o700, true},
		{"neither may be listed", signedIn, 0o300, 0o300, true},
		{"nobody would tell when the home may be entered again", signedIn, 0o300, 0, true},
		{"a directory above that may not be entered", signedIn, 0, 0o700, false},
	} {
		for _, everyLevel := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, every level %v", tt.name, everyLevel), func(t *testing.T) {
				d := newDisk(t)
				tt.setup(d)
				_ = os.Chmod(d.path("user/.codex"), tt.home) // if it is there
				d.chmod("user", tt.user)
				t.Cleanup(func() {
					d.chmod("user", 0o700)
					_ = os.Chmod(d.path("user/.codex"), 0o700)
				})
				w := newWatcher(t, d.path("user/.codex/auth.json"))
				w.everyLevel = everyLevel
				r := newRun(w)
				defer r.close()
				r.arm()
				if got := r.poll.due() != nil; got != tt.want {
					t.Errorf("polls: %v, want %v", got, tt.want)
				}
			})
		}
	}
}
