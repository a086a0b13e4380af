package watcher

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"rekey/test/kit/must"
)

// Other files of the directory, and what happens inside other directories
// there, are nobody's business.
func TestOtherNamesSendNothing(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(d disk, i int){
		"a file beside it written":   func(d disk, i int) { d.write("home/history.jsonl", fmt.Sprint(i)) },
		"a file beside it replaced":  func(d disk, i int) { d.replace("home/auth.json.bak", fmt.Sprint(i)) },
		"a file beside it removed":   func(d disk, i int) { d.write("home/log", "x"); d.remove("home/log") },
		"a file beside it chmodded":  func(d disk, i int) { d.chmod("home/version.json", []os.FileMode{0o600, 0o640}[i%2]) },
		"a directory made beside it": func(d disk, i int) { d.mkdir(fmt.Sprint("home/sessions", i)) },
		"a file in a directory beside it, of the same name": func(d disk, i int) {
			d.mkdir("home/sessions")
			d.replace("home/sessions/auth.json", fmt.Sprint(i))
		},
		"a directory beside the home": func(d disk, i int) { d.mkdir(fmt.Sprint("work", i)); d.write(fmt.Sprint("work", i, "/auth.json"), "x") },
		"a lock file beside it":       func(d disk, i int) { d.write("home/auth.json.lock", "") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDisk(t)
			d.mkdir("home")
			d.mkdir("outside")
			d.write("home/version.json", "{}")
			w := newWatcher(t, d.path("home/auth.json"))
			r := startReader(t, w)
			for i := range 50 {
				change(d, i)
			}
			// One event of our own, behind all the others.
			d.write("outside/new", "the fence")
			d.rename("outside/new", "home/auth.json")
			r.sees(t, d.path("home/auth.json"))
			if got := r.count(); got != 2 {
				t.Errorf("read %d times, want 2: at the start and for the one change", got)
			}
		})
	}
}

// The queue runs over while nobody receives, so that the events of the real
// change are lost, and with them that the home was made anew.
func TestQueueRunsOver(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		do   func(d disk)
	}{
		{"replaced", func(d disk) { d.replace("user/.codex/auth.json", "second") }},
		{"home made anew", func(d disk) { d.remove("user/.codex"); signedIn(d) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := newDisk(t)
			signedIn(d)
			file := d.path("user/.codex/auth.json")
			w := newWatcher(t, file)
			run := newRun(w)
			defer run.close()
			run.arm()
			fillQueue(t, d, "user/.codex")
			tt.do(d)

			r := startReaderOf(t, w, run.loop)
			defer r.stop(t)
			r.sees(t, file)
			for _, content := range []string{"third", "fourth"} {
				d.write("user/.codex/auth.json", content)
				r.sees(t, file)
			}
		})
	}
}

// fillQueue makes more events of unrelated names in dir than the kernel and
// our reader keep together. The kernel folds an event into the one before it if
// they are equal, so there are two names.
func fillQueue(t *testing.T, d disk, dir string) {
	t.Helper()
	text, err := os.ReadFile("/proc/sys/fs/inotify/max_queued_events")
	if err != nil {
		missingPart(t, "the size of inotify's queue: "+err.Error())
	}
	size := must.Get(strconv.Atoi(strings.TrimSpace(string(text))))(t)
	if size > 200_000 {
		missingPart(t, fmt.Sprintf("an inotify queue that can be filled: it has room for %d", size))
	}
	const buffered = 1024 // events that are read at once, at most
	names := []string{dir + "/one", dir + "/two"}
	for i := range size + 2*buffered {
		if i < len(names) {
			d.write(names[i], "")
		}
		d.chmod(names[i%2], 0o600)
	}
}

// What happens in one go is seen afterwards, event by event: the first events
// find the files as they are after the last one.
func TestSeenLate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		setup func(d disk)
		do    func(d disk)
	}{
		{"moved out of sight and removed", signedIn, func(d disk) {
			d.mkdir("out/of")
			d.rename("user/.codex", "out/of/sight")
			d.remove("out/of/sight")
		}},
		// To the kernel, the directory at the new name has a watch already.
		{"moved, and a link in its place", signedIn, func(d disk) {
			d.rename("user/.codex", "moved")
			d.link("../moved", "user/.codex")
		}},
		{"moved to where a link points already", func(d disk) { signedIn(d); d.link("user/.codex", "home") }, func(d disk) {
			d.link("moved", "home")
			d.rename("user/.codex", "moved")
		}},
		{"moved, and another in its place", signedIn, func(d disk) {
			d.rename("user/.codex", "moved")
			signedIn(d)
		}},
		{"exchanged with a link to itself", linkedHome, func(d disk) {
			d.remove("user/.codex")
			d.rename("dotfiles/codex", "user/.codex")
			d.link("../user/.codex", "dotfiles/codex")
		}},
	} {
		for _, everyLevel := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, every level %v", tt.name, everyLevel), func(t *testing.T) {
				t.Parallel()
				d := newDisk(t)
				tt.setup(d)
				home := "user/.codex"
				if _, err := os.Lstat(d.path("home")); err == nil {
					home = "home"
				}
				file := d.path(home + "/auth.json")
				w := newWatcher(t, file)
				w.everyLevel = everyLevel
				run := newRun(w)
				defer run.close()
				run.arm()
				tt.do(d)

				r := startReaderOf(t, w, run.loop)
				defer r.stop(t)
				r.sees(t, file)
				for _, content := range []string{"second", "third"} {
					d.mkdir(home)
					d.replace(home+"/auth.json", content)
					r.sees(t, file)
				}
			})
		}
	}
}
