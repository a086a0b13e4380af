package memory

import (
	"context"
	"crypto/rand"
	"errors"
	"path/filepath"
	"sync"
	"time"

	"rekey/auth"
	"rekey/internal/fault"
	"rekey/internal/safefile"
)

// tempPrefix begins the names of temporary files in the directory.
const tempPrefix = ".state-"

// stateLockWait bounds the wait for another Rekey that is writing to the state
// directory, which takes milliseconds.
const stateLockWait = 2 * time.Second

// Memory is what Rekey remembers about one home, in a state directory. It
// implements auth.Memory. Any number of processes may share the directory; a
// Memory is safe for concurrent use.
//
// The directory holds no token, except in the escrow while an answer waits to
// be saved. Its files:
//
//	key            32 random bytes, made once: the key of all fingerprints
//	refusals.json  permanent refusals
//	attempts.json  the last request with each of the newest refresh tokens
//	notices.json   which notifications were shown
//	activity.json  the recent activity
//	escrow         the place of one answer: see slot
//	state.lock     taken to change the JSON files
type Memory struct {
	dir  string
	disk safefile.Disk
	why  error // there is no directory: see Unkept
	key  [32]byte

	mu       sync.Mutex              // guards the next two, and the JSON files within this process
	refusals map[string]auth.Refusal // those that could not be written
	claimed  map[string]bool         // notices this process has claimed

	// escrow guards what follows, and the slot's file within this process. It
	// is a lock of its own, because a keyring may be slow to answer.
	escrow   sync.Mutex
	sealKey  EscrowKey
	reserved []byte // the key that Reserve made sure of, nil for none
}

var _ auth.Memory = (*Memory)(nil)

// Open opens a state directory, creating it with mode 0700 if necessary. It
// must belong to the user and not be a symbolic link, in a folder that no other
// user can write to. The error says what is wrong with which folder.
func Open(disk safefile.Disk, dir string) (*Memory, error) {
	s, err := open(disk, dir)
	if err == nil {
		disk.Sweep(dir, tempPrefix, time.Now())
	}
	return s, err
}

// open is Open without looking at everything in the directory.
func open(disk safefile.Disk, dir string) (*Memory, error) {
	if err := disk.OwnFolder(dir); err != nil {
		return nil, err
	}
	s := &Memory{dir: dir, disk: disk, refusals: make(map[string]auth.Refusal), claimed: make(map[string]bool)}
	if err := s.loadKey(); err != nil {
		return nil, safefile.InFolder(dir, err)
	}
	return s, nil
}

func (s *Memory) path(name string) string { return filepath.Join(s.dir, name) }

// lock takes the directory's lock.
func (s *Memory) lock() (unlock func(), err error) {
	ctx, cancel := context.WithTimeout(context.Background(), stateLockWait)
	defer cancel()
	return s.disk.Lock(ctx, s.path("state.lock"), 0o600)
}

// Unkept returns a Memory for when no directory can be used. Fingerprints,
// refusals and claims last until the process exits, and the escrow fails with
// why, so that nothing is requested that could not be kept.
func Unkept(why error) *Memory {
	s := &Memory{why: unusable(why), refusals: make(map[string]auth.Refusal), claimed: make(map[string]bool)}
	_, _ = rand.Read(s.key[:]) // never fails
	return s
}

// unusable says why a state directory cannot be used.
func unusable(err error) error {
	return fault.New("own_folder", "Rekey's own folder cannot be used: {{.Why}}", "Why", safefile.Cause(err))
}

// spoilt wraps an error of using the directory, unless it has a code of its
// own.
func (s *Memory) spoilt(err error) error {
	if _, ok := errors.AsType[fault.Coded](err); err == nil || ok {
		return err
	}
	return unusable(safefile.InFolder(s.dir, err))
}
