package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"rekey/auth/codex"
	"rekey/auth/store/secretservice"
)

// sharedBus is a Secret Service that reads with go-keyring on the process's
// shared connection, for one-shot commands. It first checks on a private
// connection that the item exists and is unlocked, because go-keyring would
// prompt and wait without limit:
// https://github.com/zalando/go-keyring/issues/118, open as of v0.2.8.
type sharedBus struct{ secretservice.Service }

// Get implements ring.
func (s sharedBus) Get(ctx context.Context, it secretservice.Item) (string, error) {
	if err := s.Find(ctx, it); err != nil {
		return "", err
	}
	text, err := zalando{"linux"}.Get(ctx, it)
	if errors.Is(err, secretservice.ErrNoItem) { // it is in a collection that go-keyring does not search
		return s.Service.Get(ctx, it)
	}
	return text, err
}

// systemRing is this system's keyring.
func systemRing(opts Options) ring {
	service := secretservice.Service{Address: opts.BusAddress}
	if opts.SharedBus {
		return sharedBus{service}
	}
	return service
}

// lockReleases reports, until ctx is done, when a lock file in a folder is
// closed after being open for writing: Codex may then have written to the
// keyring. It uses inotify(7) directly, because fsnotify does not report this
// event. If the folder cannot be watched, the channel is closed.
func lockReleases(ctx context.Context, dir string) <-chan struct{} {
	released := make(chan struct{}, 1)
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		close(released)
		return released
	}
	events := os.NewFile(uintptr(fd), "inotify")
	if _, err := unix.InotifyAddWatch(fd, dir, unix.IN_CLOSE_WRITE|unix.IN_ONLYDIR); err != nil {
		_ = events.Close()
		close(released)
		return released
	}
	stop := context.AfterFunc(ctx, func() { _ = events.Close() }) // ends the Read
	go func() {
		defer close(released)
		defer func() { stop(); _ = events.Close() }()
		buf := make([]byte, 4096)
		for {
			n, err := events.Read(buf)
			if err != nil {
				return
			}
			if namesLock(buf[:n]) {
				tell(released)
			}
		}
	}()
	return released
}

// namesLock reports whether any event is about one of Codex's locks.
func namesLock(events []byte) bool {
	for len(events) >= unix.SizeofInotifyEvent {
		length := int(binary.NativeEndian.Uint32(events[12:])) // struct inotify_event: wd, mask, cookie, len
		end := min(unix.SizeofInotifyEvent+length, len(events))
		name := string(bytes.TrimRight(events[unix.SizeofInotifyEvent:end], "\x00"))
		if name == codex.AuthFile+".lock" || name == "auth.lock" {
			return true
		}
		events = events[end:]
	}
	return false
}
