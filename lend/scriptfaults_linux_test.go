package lend

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// A disk, or a file, that takes nothing, in every shell: the fault is named, what
// was there stays, and nothing is left beside it.
func TestScriptOnBadDisks(t *testing.T) {
	t.Parallel()
	longer := strings.Replace(loan, "access-canary", "access-canary-"+strings.Repeat("two", 5000), 1)
	for name, shell := range shells(t) {
		for what, c := range map[string]struct {
			disk  string // the options of the disk that the home is on
			spoil func(t *testing.T, p *place)
			want  Code
		}{
			"no space":  {"size=64k", func(t *testing.T, p *place) { files.Fill(t, filepath.Join(p.home, "config.toml")) }, NoSpace},
			"read-only": {"size=64k", func(t *testing.T, p *place) { remount(t, filepath.Dir(p.home), "ro") }, ReadOnly},
			// auth.json is mounted alone, from a disk that is full.
			"no space for a mounted file": {"size=64k", func(t *testing.T, p *place) {
				disk := filepath.Dir(p.home)
				files.Fill(t, filepath.Join(disk, "full"))
				other := filepath.Join(disk, "..", "other")
				files.Mkdir(t, other)
				files.Write(t, filepath.Join(other, "auth.json"), nil)
				files.Mount(t, filepath.Join(other, "auth.json"), "--bind", p.auth())
				p.home = other
			}, NoSpace},
			"a mounted file, read-only": {"size=64k", func(t *testing.T, p *place) {
				files.Mount(t, p.auth(), "--bind", p.auth())
				remount(t, p.auth(), "ro,bind")
			}, ReadOnly},
		} {
			t.Run(name+"/"+what, func(t *testing.T) {
				t.Parallel()
				p := newPlace(t, shell)
				disk := filepath.Dir(p.home) + "/disk"
				files.Mkdir(t, disk)
				files.Mount(t, disk, "-t", "tmpfs", "-o", c.disk, "tmpfs")
				p.home = filepath.Join(disk, "codex")
				p.do("push", "new", loan, resultOK)
				c.spoil(t, p)
				p.do("push", "known", longer, c.want)
				p.holds(loan)
			})
		}
		t.Run(name+"/no home can be made", func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, shell)
			disk := filepath.Join(p.bin, "..", "disk")
			files.Mkdir(t, disk)
			files.Mount(t, disk, "-t", "tmpfs", "-o", "ro", "tmpfs")
			p.home = filepath.Join(disk, "below", "codex")
			p.do("push", "new", loan, ReadOnly)
			p.home = filepath.Join(p.bin, "sh", "codex") // below a file
			p.do("push", "new", loan, Failed)
		})
	}
}

// remount mounts what is mounted on path in another way.
func remount(t *testing.T, path, options string) {
	t.Helper()
	if out, err := exec.Command("mount", "-o", "remount,"+options, path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// What a killed push has left goes with the next one, also where its number is
// another process's by now, or a zombie's that nobody has waited for.
func TestSweep(t *testing.T) {
	t.Parallel()
	for name, shell := range shells(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, shell)
			p.do("push", "new", loan, resultOK)
			zombie := p.command(t.Context(), []string{"sh", "-c", ":"}, nil)
			out := must.Get(zombie.StdoutPipe())(t)
			must.Do(t, zombie.Start())
			t.Cleanup(func() { _ = zombie.Wait() })
			must.Get(io.Copy(io.Discard, out))(t)
			for _, pid := range []int{os.Getpid(), zombie.Process.Pid} {
				files.Write(t, filepath.Join(p.home, fmt.Sprint(".rekey-loan-a.", pid)), []byte("half a token"))
			}
			p.do("push", "known", loan, resultOK)
			if left, _ := filepath.Glob(filepath.Join(p.home, ".rekey-loan-*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// A file that is mounted alone cannot be replaced: it is written over, and stays
// complete for every reader meanwhile.
func TestBindMountedFile(t *testing.T) {
	t.Parallel()
	short := strings.Replace(loan, "access-canary", "a", 1)
	for name, shell := range shells(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, shell)
			p.do("push", "new", loan, resultOK)
			p.mounted()
			before := must.Get(os.Stat(p.auth()))(t)
			for _, content := range []string{short, loan, short} {
				if a := p.do("push", "known", content, resultOK); !a.InPlace {
					t.Error("it was replaced")
				}
				p.holds(content)
			}
			if after, err := os.Stat(p.auth()); err != nil || !os.SameFile(before, after) {
				t.Errorf("it is another file: %v", err)
			}
			p.do("stop", "known", "", resultOK)
			if got, _ := os.ReadFile(p.auth()); string(got) != "{}" {
				t.Errorf("taken back, it holds %q", got)
			}
		})
	}
}
