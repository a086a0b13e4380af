//go:build unix

package app

import (
	"context"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// isTerminal reports whether a file is a terminal.
func isTerminal(f *os.File) bool {
	_, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	return err == nil
}

// columns is the width of a terminal, 0 if unknown.
func columns(f *os.File) int {
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0
	}
	return int(size.Col)
}

// untilUnread fails as a write does when nobody reads out any more, and returns
// when ctx ends. It sleeps meanwhile. A bar that was killed must not leave its
// "rekey watch" behind, which may have nothing to print for days, and so no write
// that fails.
func untilUnread(ctx context.Context, out *os.File) error {
	awake, wake, err := os.Pipe()
	if err != nil {
		<-ctx.Done()
		return nil // the next write fails instead
	}
	defer awake.Close()
	defer context.AfterFunc(ctx, func() { _ = wake.Close() })()
	// Without events to wait for, poll waits for errors and hang-ups: of what we
	// print into, and of the pipe that ctx closes.
	ends := []unix.PollFd{{Fd: int32(out.Fd())}, {Fd: int32(awake.Fd())}}
	for {
		switch _, err := unix.Poll(ends, -1); {
		case err == unix.EINTR:
		case err == nil && ends[0].Revents != 0:
			return &fs.PathError{Op: "write", Path: out.Name(), Err: unix.EPIPE}
		default:
			return nil
		}
	}
}

// become replaces this process with another program that uses the Codex home
// home.
func become(home string, argv []string) error {
	program, err := findProgram(argv[0])
	if err != nil {
		return err
	}
	if err := os.Setenv("CODEX_HOME", home); err != nil {
		return err
	}
	return notStarted(argv[0], syscall.Exec(program, argv, os.Environ()))
}

// startAgain replaces this process with the same program and arguments.
func startAgain() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return syscall.Exec(self, os.Args, os.Environ())
}
