//go:build unix

package program_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// Whatever lies in the home: a State, one clear sentence and its code from
// every command, and nothing is written there.
func TestBadInput(t *testing.T) {
	t.Parallel()
	whole := box.AuthJSON()
	file := func(content []byte) func(*sandboxed) error {
		return func(b *sandboxed) error { return os.WriteFile(b.Home.AuthPath(), content, 0o600) }
	}
	noHome := func(b *sandboxed) error { return os.RemoveAll(b.Home.Dir()) }
	const unreadable = "Cannot read auth.json: "
	tests := map[string]struct {
		prepare func(*sandboxed) error
		status  auth.Status
		words   string // of the one line
	}{
		"missing home":      {noHome, auth.StatusSignedOut, "Not signed in"},
		"missing file":      {func(*sandboxed) error { return nil }, auth.StatusSignedOut, "Not signed in"},
		"empty file":        {file(nil), auth.StatusUnreadable, unreadable + "it is empty or incomplete"},
		"half a file":       {file(whole[:len(whole)/2]), auth.StatusUnreadable, unreadable + "it is empty or incomplete"},
		"all but a byte":    {file(whole[:len(whole)-1]), auth.StatusUnreadable, unreadable + "it is empty or incomplete"},
		"bytes":             {file([]byte{0xff, 0xfe, 0, 1, 2, 0x80}), auth.StatusUnreadable, unreadable + "it is not UTF-8"},
		"words":             {file([]byte("not signed in\n")), auth.StatusUnreadable, unreadable},
		"zeros":             {file(make([]byte, 4096)), auth.StatusUnreadable, unreadable},
		"another form":      {file([]byte(`["chatgpt"]`)), auth.StatusUnreadable, unreadable},
		"another type":      {file(bytes.Replace(whole, []byte(`"tokens": {`), []byte(`"tokens": 7, "x": {`), 1)), auth.StatusUnreadable, unreadable},
		"nesting":           {file(bytes.Repeat([]byte("["), 100_000)), auth.StatusUnreadable, unreadable},
		"a folder":          {func(b *sandboxed) error { return os.Mkdir(b.Home.AuthPath(), 0o700) }, auth.StatusUnreadable, unreadable + "it is a folder"},
		"a named pipe":      {func(b *sandboxed) error { return syscall.Mkfifo(b.Home.AuthPath(), 0o600) }, auth.StatusUnreadable, unreadable + "it is not a regular file"},
		"a link to itself":  {func(b *sandboxed) error { return os.Symlink("auth.json", b.Home.AuthPath()) }, auth.StatusUnreadable, unreadable + "it is a symbolic link that leads back to itself"},
		"a link to nowhere": {func(b *sandboxed) error { return os.Symlink("nowhere", b.Home.AuthPath()) }, auth.StatusSignedOut, "Not signed in"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newSandbox(t)
			must.Do(t, tt.prepare(b))
			before := listing(t, b.Home.Dir())
			b.wantState(tt.status, tt.words)
			wantUntouched(t, b.Home.Dir(), before)
			b.wantOutcomes()
			b.wantQuiet()
		})
	}

	t.Run("home is a file", func(t *testing.T) {
		t.Parallel()
		b := newSandbox(t)
		must.Do(t, errors.Join(noHome(b), os.WriteFile(b.Home.Dir(), []byte("x"), 0o600)))
		before := listing(t, b.Home.Dir())
		for _, args := range []string{"status", "status --json", "refresh", "watch", "app-server"} {
			r := b.rekey(cli.ExitUsage, strings.Fields(args)...)
			r.sentence(t, "is not a folder")
			if r.out != "" {
				t.Errorf("rekey %s prints %q", args, r.out)
			}
		}
		wantUntouched(t, b.Home.Dir(), before)
	})
}

// wantState wants every command to tell of this State in one line.
func (b *sandboxed) wantState(status auth.Status, words string) {
	t := b.t
	t.Helper()
	code := cli.ExitCode(status)
	if r := b.rekey(code, "status"); !strings.HasPrefix(r.out, words) || strings.Count(r.out, "\n") != 1 || !quiet(r) {
		t.Errorf("rekey status prints %q and says %q, want one line with %q", r.out, r.err, words)
	}
	var got struct{ State auth.State }
	if r := b.rekey(code, "status", "--json"); json.Unmarshal([]byte(r.out), &got) != nil || got.State.Status != status || !quiet(r) {
		t.Errorf("rekey status --json prints %q and says %q, want the status %q", r.out, r.err, status)
	}
	r := b.rekey(code, "refresh")
	if status == auth.StatusUnreadable {
		r.sentence(t, "cannot read "+b.Home.AuthPath()+": ")
		if r.out != "" {
			t.Errorf("rekey refresh prints %q", r.out)
		}
	} else if !strings.HasPrefix(r.out, words) || r.err != "" {
		t.Errorf("rekey refresh prints %q and says %q, want one line with %q", r.out, r.err, words)
	}
	watch := b.start("watch")
	watch.out.until(t, 0, words)
	watch.end()
	if lines, _ := watch.out.lines(); len(lines) != 1 {
		t.Errorf("rekey watch prints %q, want one line with %q", lines, words)
	}
	if lines, _ := watch.err.lines(); len(lines) > 0 {
		t.Errorf("rekey watch says %q", lines)
	}
}

// nobody is a user who may do nothing.
const nobody = 65534

// foreign makes the box one for a user who does not own the home: root becomes
// nobody, anybody else takes the permission from himself.
func (b *sandboxed) foreign() {
	b.t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	o := b.Options()
	root := filepath.Dir(b.Home.Dir())
	for _, err := range []error{
		os.Chmod(root, 0o755), os.Chmod(b.Home.Dir(), 0o755),
		os.MkdirAll(o.Dirs.State, 0o700), os.MkdirAll(o.Dirs.Runtime, 0o700),
		os.Chown(filepath.Dir(o.Dirs.State), nobody, nobody), os.Chown(o.Dirs.State, nobody, nobody),
		os.Chown(filepath.Dir(o.Dirs.Runtime), nobody, nobody), os.Chown(o.Dirs.Runtime, nobody, nobody),
	} {
		must.Do(b.t, err)
	}
	b.user = &syscall.Credential{Uid: nobody, Gid: nobody}
}

func TestNoPermission(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]func(*sandboxed) string{
		"to read the file":  func(b *sandboxed) string { return b.Home.AuthPath() },
		"to enter the home": func(b *sandboxed) string { return b.Home.Dir() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newSandbox(t)
			b.signIn(time.Hour)
			b.foreign()
			closed, open := os.FileMode(0), os.FileMode(0o755)
			must.Do(t, errors.Join(os.Chmod(b.Home.AuthPath(), 0o644), os.Chmod(path(b), closed)))
			t.Cleanup(func() { _ = os.Chmod(path(b), open) })
			const words = "Cannot read auth.json: permission denied"
			b.wantState(auth.StatusUnreadable, words)

			// Permission comes back while somebody watches, and goes again.
			watch := b.start("watch")
			n := watch.out.until(t, 0, words)
			must.Do(t, os.Chmod(path(b), open))
			n = watch.out.until(t, n, "ada@example.com · Pro")
			must.Do(t, os.Chmod(path(b), closed))
			watch.out.until(t, n, words)
			watch.end()

			must.Do(t, os.Chmod(path(b), open))
			entries, err := os.ReadDir(b.Home.Dir())
			if err != nil || len(entries) != 2 {
				t.Errorf("in the home lie %v, %v, want auth.json and config.toml", entries, err)
			}
			b.wantOutcomes()
			b.wantQuiet()
		})
	}
}

// quiet reports whether a command has said nothing on standard error, or in one
// line that there is nothing to look at.
func quiet(r result) bool {
	return r.err == "" || strings.HasPrefix(r.err, "rekey: ") && strings.HasSuffix(r.err, " does not exist\n") && strings.Count(r.err, "\n") == 1
}
