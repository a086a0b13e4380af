package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"
)

// changes subscribes to the service's signals on a connection that lives as
// long as ctx: items made or deleted, keyrings locked or unlocked, and the
// service itself coming and going.
func (s secretService) changes(ctx context.Context) (<-chan struct{}, error) {
	conn, err := s.connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoKeyring, err)
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	for _, match := range [][]dbus.MatchOption{
		{dbus.WithMatchSender(secretsName), dbus.WithMatchInterface(secretsKeyring)},
		{dbus.WithMatchSender(secretsName), dbus.WithMatchInterface(secretsService)},
		// gnome-keyring tells of locking as a changed property alone.
		{dbus.WithMatchSender(secretsName), dbus.WithMatchInterface("org.freedesktop.DBus.Properties")},
		{dbus.WithMatchSender("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, secretsName)},
	} {
		if err := conn.AddMatchSignal(match...); err != nil {
			_ = conn.Close()
			return nil, fmt.Errorf("%w: %w", errNoKeyring, err)
		}
	}
	changed := make(chan struct{}, 1)
	go func() {
		defer close(changed)
		for range signals { // closed with the connection, which closes with ctx
			tell(changed)
		}
	}()
	return changed, nil
}

// lockReleases tells, until ctx ends, when a lock file in a folder is closed
// after it was open for writing: Codex has written to the keyring then. It is
// inotify(7) itself, because fsnotify does not pass this event on. A folder
// that cannot be watched gives a closed channel.
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

// namesLock reports whether one of the events is about one of Codex's locks.
func namesLock(events []byte) bool {
	for len(events) >= unix.SizeofInotifyEvent {
		length := int(binary.NativeEndian.Uint32(events[12:])) // struct inotify_event: wd, mask, cookie, len
		end := min(unix.SizeofInotifyEvent+length, len(events))
		name := string(bytes.TrimRight(events[unix.SizeofInotifyEvent:end], "\x00"))
		if name == authFile+".lock" || name == "auth.lock" {
			return true
		}
		events = events[end:]
	}
	return false
}
