//go:build unix

package hook

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rekey/test/kit/must"
)

// Only one who could have done no harm otherwise is believed.
func TestUnsafeHooksAreNotRun(t *testing.T) {
	r := newRig(t)
	hook := r.script("hook", `cat >>"$0.out"`)
	config := filepath.Join(r.dir, "config.toml")
	must.Do(t, os.WriteFile(config, nil, 0o600))
	r.hook.opts.Config = config
	must.Do(t, os.Chmod(hook, 0o777))
	r.hook.Use(hook)
	r.run()
	r.states.Publish(state("a"))
	r.hears("can be written by everybody (mode 0777); run chmod o-w on it")
	must.Do(t, os.Chmod(hook, 0o700))
	must.Do(t, os.Chmod(config, 0o666))
	r.states.Publish(state("b"))
	r.hears("the file that names it is not safe: " + config + " can be written by everybody")
	must.Do(t, os.Chmod(config, 0o600))
	r.states.Publish(state("c"))
	r.eventually("the run", func() bool { return len(r.reports(hook+".out")) > 0 })
	if got := r.reports(hook + ".out"); len(got) != 1 || got[0].State.Email != "c" {
		t.Errorf("it has run with %+v", got)
	}
}

func TestTrusted(t *testing.T) {
	r := newRig(t)
	good := r.script("good", "")
	mkdir := func(name string, mode os.FileMode) string {
		path := filepath.Join(r.dir, name)
		must.Do(t, os.Mkdir(path, 0o700))
		must.Do(t, os.Chmod(path, mode))
		return path
	}
	link := func(to, name string) string {
		path := filepath.Join(r.dir, name)
		must.Do(t, os.Symlink(to, path))
		return path
	}
	copied := func(dir string) string {
		return r.script(filepath.Join(filepath.Base(dir), "hook"), "")
	}
	open, sticky := mkdir("open", 0o777), mkdir("sticky", 0o777|os.ModeSticky)
	plain := r.script("plain", "")
	must.Do(t, os.Chmod(plain, 0o600))
	tests := map[string]struct {
		program string
		real    string // "" when it is not trusted
		says    string
	}{
		"a file":              {good, good, ""},
		"a link":              {link("good", "link"), good, ""},
		"a link to a link":    {link(filepath.Join(r.dir, "link"), "link2"), good, ""},
		"through a link":      {filepath.Join(link("..", "sub"), filepath.Base(r.dir), "good"), good, ""},
		"in a sticky folder":  {copied(sticky), filepath.Join(sticky, "hook"), ""},
		"in an open folder":   {copied(open), "", "open can be written by everybody (mode 0777)"},
		"a link in one":       {link(good, "open/link"), "", "open can be written by everybody"},
		"a link to one":       {link(filepath.Join(open, "hook"), "link3"), "", "open can be written by everybody"},
		"a relative path":     {"good", "", "not an absolute path"},
		"nothing":             {filepath.Join(r.dir, "none"), "", "no such file"},
		"a folder":            {r.dir, "", "not a file that can be run"},
		"not executable":      {plain, "", "not executable; run chmod +x"},
		"a link in a circle":  {link("circle", "circle"), "", "too many symbolic links"},
		"a file as a folder":  {filepath.Join(good, "x"), "", "not a directory"},
		"dots are understood": {r.dir + "/./open/../good", good, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := trusted(tt.program)
			if got != tt.real || (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("trusted = %q, %v, want %q, %q", got, err, tt.real, tt.says)
			}
		})
	}
}

// Another user's file is not run, nor one in another user's folder.
func TestTrustedOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("only root can give files away: a file of root's is looked at, which is trusted")
		if _, err := trusted("/bin/sh"); err != nil {
			t.Error(err)
		}
		return
	}
	const nobody = 65534
	r := newRig(t)
	theirs := r.script("theirs", "")
	must.Do(t, os.Chown(theirs, nobody, nobody))
	folder := filepath.Join(r.dir, "folder")
	must.Do(t, os.Mkdir(folder, 0o755))
	ours := r.script("folder/ours", "")
	must.Do(t, os.Chown(folder, nobody, nobody))
	group := r.script("group", "")
	must.Do(t, os.Chown(group, 0, nobody))
	must.Do(t, os.Chmod(group, 0o770))
	for path, says := range map[string]string{
		theirs: "theirs belongs to another user", ours: "folder belongs to another user",
		group: "group can be written by its group (mode 0770); run chmod g-w on it",
	} {
		var unsafe *UnsafeError
		if _, err := trusted(path); !errors.As(err, &unsafe) || !strings.Contains(err.Error(), says) {
			t.Errorf("trusted(%s) = %v, want %q", path, err, says)
		}
	}
}
