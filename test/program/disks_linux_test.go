package program_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/internal/box"
	"rekey/test/kit/files"
	"rekey/ui/cli"
)

// TestOddFileSystems: on whatever a home lies, a refresh is one request and is
// kept, what another program writes is seen, and a sign-out leaves nothing.
func TestOddFileSystems(t *testing.T) {
	t.Parallel()
	for name, mount := range map[string]func(b *sandboxed){
		"tmpfs": func(b *sandboxed) { files.Mount(b.t, b.Home.Dir(), "-t", "tmpfs", "tmpfs") },
		// As in a container: what the image has lies below, and nothing above it.
		"overlay": func(b *sandboxed) {
			dir := files.TempDir(b.t)
			files.Mount(b.t, dir, "-t", "tmpfs", "tmpfs") // an overlay cannot lie on another
			lower, upper, work := filepath.Join(dir, "lower"), filepath.Join(dir, "upper"), filepath.Join(dir, "work")
			files.Mkdir(b.t, lower, upper, work)
			files.Write(b.t, filepath.Join(lower, "auth.json"), b.expired())
			files.Mount(b.t, b.Home.Dir(), "-t", "overlay", "-o", "lowerdir="+lower+",upperdir="+upper+",workdir="+work, "overlay")
		},
		"bind mount of the folder": func(b *sandboxed) { files.Mount(b.t, b.Home.Dir(), "--bind", files.TempDir(b.t)) },
		"bind mount of the file": func(b *sandboxed) {
			outside := filepath.Join(files.TempDir(b.t), "auth.json")
			files.Write(b.t, outside, b.expired())
			files.Write(b.t, b.Home.AuthPath(), nil)
			files.Mount(b.t, b.Home.AuthPath(), "--bind", outside)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newSandbox(t)
			mount(b)
			if content, err := b.Home.Read(); err != nil || len(content) == 0 {
				files.Write(t, b.Home.AuthPath(), b.expired())
			}
			b.note()
			watch := b.start("watch")
			line := watch.out.until(t, 0, "ada@example.com")
			b.note()
			if n := b.Server.Refreshes(); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
			b.rekey(cli.ExitOK, "status")
			// In place, as editors do that keep the inode, and the only way to a bind mount.
			files.Write(t, b.Home.AuthPath(), b.Server.SignIn(box.Grace()))
			b.note()
			watch.out.until(t, line, "grace@example.com")
			b.rekey(cli.ExitOK, "logout")
			watch.out.until(t, line, "Not signed in")
			watch.end()
			if n := b.Server.Refreshes(); n != 1 {
				t.Errorf("%d requests in all, want 1", n)
			}
		})
	}
}

// expired is Ada's sign-in, whose access token has ended.
func (b *sandboxed) expired() []byte {
	b.t.Helper()
	tokens := b.Server.Issue(box.Ada())
	now := time.Now()
	return box.AuthJSON(box.WithTokens(tokens), box.WithIssued(now.Add(-2*time.Hour)),
		box.WithAccessToken(box.JWT(map[string]any{"exp": now.Add(-time.Hour).Unix()})))
}

// TestDoctorSeesUsedUpWatches: where Linux gives no more watches, Rekey looks for
// changes from time to time, and doctor says so, by the limit's name.
func TestDoctorSeesUsedUpWatches(t *testing.T) {
	t.Parallel()
	for kind, limit := range map[string]string{
		"instances": "fs.inotify.max_user_instances", "watches": "fs.inotify.max_user_watches",
	} {
		b := newSandbox(t)
		b.signIn(time.Hour)
		command := b.unshared(`echo 0 >/proc/sys/user/max_inotify_` + kind + ` && exec "$@"`)
		if r := b.run(command("doctor")); !strings.Contains(r.out, "the limit "+limit+" is used up") {
			t.Errorf("%s: doctor does not say it:\n%s%s", kind, r.out, r.err)
		}
		if r := b.run(b.command("doctor")); strings.Contains(r.out, "inotify") {
			t.Errorf("with %s: doctor says\n%s", kind, r.out)
		}
	}
}
