package watcher

import (
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"

	"rekey/test/kit"
	"rekey/test/kit/must"
)

// What a mount puts in the place of a directory, or a file, is seen, and so is what
// appears again when it ends: at a login and a logout, for example.
func TestMountIsSeen(t *testing.T) {
	if exec.Command("unshare", "-rm", "true").Run() != nil {
		missingPart(t, "unshare, with the right to make a namespace")
	}
	if !kit.Alone(t, "unshare", "-rm") {
		return
	}
	d := newDisk(t)
	signedIn(d)
	d.write("another.json", "another's")
	file := d.path("user/.codex/auth.json")
	r := startReader(t, newWatcher(t, file))
	for range 2 {
		d.must(unix.Mount("tmpfs", d.path("user"), "tmpfs", 0, ""))
		r.sees(t, file)
		signedIn(d)
		r.sees(t, file)
		d.must(unix.Mount(d.path("another.json"), file, "", unix.MS_BIND, ""))
		r.sees(t, file)
		d.must(unix.Unmount(file, unix.MNT_DETACH))
		r.sees(t, file)
		d.write("user/.codex/auth.json", "on the mount")
		r.sees(t, file)
		d.must(unix.Unmount(d.path("user"), unix.MNT_DETACH))
		r.sees(t, file)
		d.replace("user/.codex/auth.json", "below it")
		r.sees(t, file)
	}
	n := must.Get(openNotifier(func() {}))(t)
	defer n.close()
	d.must(n.watchDir(d.path("user")))
	d.must(unix.Mount("tmpfs", d.path("user/.codex"), "tmpfs", 0, ""))
	defer func() { d.must(unix.Unmount(d.path("user/.codex"), unix.MNT_DETACH)) }()
	if n.(*inotify).covered() {
		t.Error("a mount elsewhere counts")
	}
}
