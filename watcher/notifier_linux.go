package watcher

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/fsnotify/fsnotify"
	"golang.org/x/sys/unix"
)

// fsnotify asks the kernel for every write to every file in a directory. A
// running Codex writes to its databases in its home several times a second, and
// each write would wake this program. fsnotify 1.10 offers no way to ask for
// less (https://github.com/fsnotify/fsnotify/issues/7), so this uses inotify
// directly: it watches directories for names that come and go, and only the
// watched files for writes. A watched file also reports writes through its
// other names: a hard link, or a mount of the file alone.
const (
	ofDirectory = unix.IN_CREATE | unix.IN_DELETE | unix.IN_MOVED_TO | unix.IN_MOVED_FROM | unix.IN_ATTRIB |
		unix.IN_DELETE_SELF | unix.IN_MOVE_SELF | unix.IN_ONLYDIR | unix.IN_DONT_FOLLOW
	ofFile    = unix.IN_MODIFY | unix.IN_ATTRIB | unix.IN_DONT_FOLLOW
	ofContent = ofDirectory&^unix.IN_DONT_FOLLOW | unix.IN_MODIFY
)

// inotify implements notifier with inotify(7).
type inotify struct {
	fd   int      // of the kernel's queue
	file *os.File // the same, for the reader
	out  chan fsnotify.Event
	done chan struct{}
	lost func()

	mounts  *os.File       // the list of mounts, nil where there is none
	readers sync.WaitGroup // of the two files

	mu    sync.Mutex // guards everything below
	ids   map[string]int32
	names map[int32]string // the latest name of each watch, which may have had others
	found map[string]inode // what had the name before it was watched, or could not be
}

// openNotifier starts the system's notifications. lost is called, from any
// goroutine, when some of them were lost.
func openNotifier(lost func()) (notifier, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("inotify: %w", err)
	}
	n := &inotify{
		fd: fd, file: os.NewFile(uintptr(fd), "inotify"), out: make(chan fsnotify.Event), done: make(chan struct{}), lost: lost,
		ids: make(map[string]int32), names: make(map[int32]string), found: make(map[string]inode),
	}
	n.readers.Go(n.read)
	if n.mounts, err = os.Open(mountList); err == nil {
		n.readers.Go(n.followMounts)
	}
	return n, nil
}

func (n *inotify) watchDir(dir string) error     { return n.add(dir, ofDirectory) }
func (n *inotify) watchFile(path string) error   { return n.add(path, ofFile) }
func (n *inotify) watchContent(dir string) error { return n.add(dir, ofContent) }

// add watches what has the name now.
func (n *inotify) add(name string, mask uint32) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	found := inodeAt(name)
	wd, err := unix.InotifyAddWatch(n.fd, name, mask)
	if n.found[name] = found; err != nil {
		return &os.PathError{Op: "watch", Path: name, Err: err}
	}
	id := int32(wd)
	if before, ok := n.ids[name]; !ok || before != id {
		n.drop(name) // the watch of what had the name before
	}
	n.ids[name], n.names[id], n.found[name] = id, name, found // drop has forgotten it
	return nil
}

func (n *inotify) remove(path string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.drop(path)
}

// drop ends the watch of a name, unless another name has it by now. The caller
// holds mu.
func (n *inotify) drop(name string) {
	id, ok := n.ids[name]
	if !ok {
		return
	}
	delete(n.ids, name)
	delete(n.found, name)
	if n.names[id] == name {
		delete(n.names, id)
		_, _ = unix.InotifyRmWatch(n.fd, uint32(id)) // it may have ended by itself
	}
}

func (n *inotify) events() <-chan fsnotify.Event { return n.out }

func (n *inotify) close() {
	close(n.done)
	_ = n.file.Close()   // makes the reader's read return
	_ = n.mounts.Close() // and this the other's
	n.readers.Wait()
}

// room is for the events that are read at once: it is on the stack of a goroutine
// for each home. The longest event takes 272 bytes.
const room = 4 << 10

// read passes on the kernel's events until the queue is closed. What it says in
// a row about one name is one event: a file that is renamed over another has two.
func (n *inotify) read() {
	defer close(n.out)
	buffer := make([]byte, room)
	for {
		size, err := n.file.Read(buffer)
		if err != nil {
			if !errors.Is(err, os.ErrClosed) {
				n.lost()
			}
			return
		}
		var next fsnotify.Event
		for rest := buffer[:size]; len(rest) >= unix.SizeofInotifyEvent; {
			id, mask := int32(binary.NativeEndian.Uint32(rest)), binary.NativeEndian.Uint32(rest[4:])
			end := unix.SizeofInotifyEvent + int(binary.NativeEndian.Uint32(rest[12:]))
			name := strings.TrimRight(string(rest[unix.SizeofInotifyEvent:end]), "\x00")
			rest = rest[end:]
			event := n.event(id, mask, name)
			switch {
			case event.Op == 0:
			case event.Name == next.Name:
				next.Op |= event.Op
			case !n.tell(next):
				return
			default:
				next = event
			}
		}
		if !n.tell(next) {
			return
		}
	}
}

// event is what an event of the kernel's says, with no Op where that is nothing.
func (n *inotify) event(id int32, mask uint32, name string) fsnotify.Event {
	if mask&unix.IN_Q_OVERFLOW != 0 {
		n.lost()
		return fsnotify.Event{}
	}
	n.mu.Lock()
	place, known := n.names[id]
	if known && mask&unix.IN_IGNORED != 0 { // the watch has ended with what it watched
		delete(n.names, id)
		delete(n.ids, place)
		delete(n.found, place)
	}
	n.mu.Unlock()
	if !known {
		return fsnotify.Event{}
	}
	if name != "" {
		place = filepath.Join(place, name)
	}
	return fsnotify.Event{Name: place, Op: operation(mask)}
}

// tell hands on an event, unless it says nothing. It reports whether there will
// be more.
func (n *inotify) tell(event fsnotify.Event) bool {
	if event.Op == 0 {
		return true
	}
	select {
	case n.out <- event:
		return true
	case <-n.done:
		return false
	}
}

// operation converts an inotify mask to an fsnotify.Op.
func operation(mask uint32) (op fsnotify.Op) {
	for _, says := range [...]struct {
		bits uint32
		op   fsnotify.Op
	}{
		{unix.IN_CREATE | unix.IN_MOVED_TO, fsnotify.Create},
		{unix.IN_DELETE | unix.IN_DELETE_SELF | unix.IN_UNMOUNT, fsnotify.Remove},
		{unix.IN_MODIFY, fsnotify.Write},
		{unix.IN_MOVED_FROM | unix.IN_MOVE_SELF, fsnotify.Rename},
		{unix.IN_ATTRIB, fsnotify.Chmod},
	} {
		if mask&says.bits != 0 {
			op |= says.op
		}
	}
	return op
}
