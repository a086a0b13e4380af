package program_test

import (
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// Two processes that refresh one sign-in send one request: the second takes over
// what the first was given.
func TestSecondRefreshAdopts(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.signIn(-time.Minute)
	answer := make(chan struct{})
	b.Server.Script(box.Reply{Gate: answer})
	first := b.start("refresh")
	must.Do(t, b.Server.WaitForRequests(inTime(t), 1))
	opened := openingOf(t, b.Home.AuthPath()+".rekey.lock")
	second := b.start("refresh")
	opened() // it tries the lock only after it has read the sign-in
	close(answer)
	for _, p := range []*running{first, second} {
		p.wait(cli.ExitOK)
		p.out.until(t, 0, "ada@example.com")
	}
	b.wantOutcomes(box.OutcomeOK)
	b.wantQuiet()
}

// openingOf returns a function that waits until somebody has opened the file
// since.
func openingOf(t *testing.T, path string) (wait func()) {
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
