package files

import (
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rekey/test/kit"
	"rekey/test/kit/must"
)

// Opening returns a function that waits until somebody has opened the file
// since.
func Opening(t testing.TB, path string) (wait func()) {
	t.Helper()
	fd := must.Get(unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK))(t)
	events := os.NewFile(uintptr(fd), "inotify")
	t.Cleanup(func() { _ = events.Close() })
	must.Get(unix.InotifyAddWatch(fd, path, unix.IN_OPEN))(t)
	return func() {
		t.Helper()
		must.Do(t, events.SetReadDeadline(time.Now().Add(kit.Patience)))
		if _, err := events.Read(make([]byte, unix.SizeofInotifyEvent+unix.PathMax)); err != nil {
			t.Fatalf("nobody opened %s: %v", path, err)
		}
	}
}
