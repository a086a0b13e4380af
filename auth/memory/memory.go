package memory

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
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
func Open(dir string) (*Memory, error) { return OpenOn(safefile.Disk{}, dir) }

// OpenOn is Open for tests, on a disk that may fail.
func OpenOn(disk safefile.Disk, dir string) (*Memory, error) {
	s, err := open(disk, dir)
	if err == nil {
		disk.Sweep(dir, tempPrefix, time.Now())
	}
	return s, err
}

// open is OpenOn without looking at everything in the directory.
func open(disk safefile.Disk, dir string) (*Memory, error) {
	if err := ownFolder(disk, dir); err != nil {
		return nil, err
	}
	s := &Memory{dir: dir, disk: disk, refusals: make(map[string]auth.Refusal), claimed: make(map[string]bool)}
	if err := s.loadKey(); err != nil {
		return nil, within(dir, err)
	}
	return s, nil
}

// unusable says why a state directory cannot be used.
func unusable(err error) error {
	return fault.New("own_folder", "Rekey's own folder cannot be used: {{.Why}}", "Why", safefile.Cause(err))
}

// spoilt wraps an error of using the directory, unless it has a code of its
// own.
func (s *Memory) spoilt(err error) error {
	var coded fault.Coded
	if err == nil || errors.As(err, &coded) {
		return err
	}
	return unusable(within(s.dir, err))
}

// ownFolder makes sure that dir is a folder that only this user may enter.
func ownFolder(disk safefile.Disk, dir string) error {
	if err := disk.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return within(filepath.Dir(dir), err)
	}
	if err := fenced(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := disk.MkdirAll(dir, 0o700); err != nil {
		return within(dir, err)
	}
	info, err := os.Lstat(dir)
	switch {
	case err != nil:
		return within(dir, err)
	case !info.IsDir():
		return fault.New("not_folder", "{{.Where}} is not a folder", "Where", dir)
	case !safefile.Trusted(dir, info):
		return foreign(dir)
	case info.Mode().Perm()&0o077 != 0:
		return os.Chmod(dir, 0o700)
	}
	return nil
}

// fenced says why other users could change a folder's content, or returns nil.
func fenced(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return within(dir, err)
	}
	const others = 0o022
	open := info.Mode().Perm()&others != 0 && info.Mode()&fs.ModeSticky == 0
	if !open {
		return nil
	}
	if !safefile.Trusted(dir, info) {
		return foreign(dir)
	}
	return os.Chmod(dir, info.Mode().Perm()&^others)
}

// within returns err as an error about a folder.
func within(dir string, err error) error {
	return fault.New("folder", "the folder {{.Where}}: {{.Why}}", "Where", dir, "Why", safefile.Cause(err))
}

// foreign is the error for another user's folder.
func foreign(dir string) error {
	return fault.New("other_owner", "{{.Where}} belongs to another user", "Where", dir)
}

func (s *Memory) path(name string) string { return filepath.Join(s.dir, name) }

// lock takes the directory's lock.
func (s *Memory) lock() (unlock func(), err error) {
	ctx, cancel := context.WithTimeout(context.Background(), stateLockWait)
	defer cancel()
	return s.disk.Lock(ctx, s.path("state.lock"), 0o600)
}

// loadKey reads the key, or creates it: it writes the key under another name,
// so that no process reads half a key, then links it to its name, which only
// one process can do. A key of the wrong size is damaged and replaced; old
// fingerprints then no longer match.
func (s *Memory) loadKey() error {
	path := s.path("key")
	if ok, err := s.readKey(path); ok || err != nil {
		return err // a key that cannot be read now is not damaged
	}
	// Without locks two processes may replace a damaged key at the same time;
	// one of them then uses fingerprints of its own until it exits.
	unlock, err := s.lock()
	if err == nil {
		defer unlock()
	} else if !errors.Is(err, safefile.ErrNoLocks) {
		return err
	}
	if ok, err := s.readKey(path); ok || err != nil {
		return err
	}
	if _, err := s.disk.Remove(path); err != nil {
		return err
	}
	fresh := make([]byte, len(s.key))
	_, _ = rand.Read(fresh) // never fails
	t, err := s.disk.CreateTemp(s.dir, tempPrefix, fresh, "")
	if err != nil {
		return err
	}
	defer t.Discard()
	if err := t.Link(path); err != nil && !errors.Is(err, fs.ErrExist) {
		if err := t.Rename(path); err != nil { // this filesystem has no hard links
			return err
		}
	}
	switch ok, err := s.readKey(path); {
	case err != nil:
		return err
	case !ok:
		return errKey
	}
	return s.disk.SyncDir(s.dir)
}

// errKey means that the key is still missing after it was created.
var errKey = fault.New("fingerprint_key", "the fingerprint key cannot be read")

// readKey reads the key and reports whether it exists and is complete.
func (s *Memory) readKey(path string) (ok bool, err error) {
	c, err := s.disk.Read(path, maxState)
	if err != nil || len(c.Data) != len(s.key) {
		return false, err
	}
	copy(s.key[:], c.Data)
	return true, nil
}

// The forms of what is fingerprinted. A change of form needs a new version,
// which makes old records match nothing.
const (
	formToken = "rekey refresh token 1\n"
	formWhole = "rekey snapshot 1\n"
	formOwner = "rekey account 1\n"
)

// Token implements auth.Memory.
func (s *Memory) Token(snapshot *auth.Snapshot) string {
	return s.fingerprint(formToken, []byte(snapshot.RefreshToken().Reveal()))
}

// Whole implements auth.Memory.
func (s *Memory) Whole(snapshot *auth.Snapshot) string {
	return s.fingerprint(formWhole, snapshot.Canonical())
}

// Account returns the fingerprint of the account, and of the user if the ID
// token names one. It stays the same across refreshes.
func (s *Memory) Account(snapshot *auth.Snapshot) string {
	account, _ := snapshot.AccountID()
	return s.fingerprint(formOwner, []byte(account+"\n"+snapshot.Claims().UserID))
}

// fingerprint is HMAC-SHA256 (RFC 2104) in hexadecimal. The key never leaves
// the directory, so a fingerprint in a log cannot be tried against tokens.
func (s *Memory) fingerprint(form string, text []byte) string {
	mac := hmac.New(sha256.New, s.key[:])
	mac.Write([]byte(form))
	mac.Write(text)
	return hex.EncodeToString(mac.Sum(nil))
}

// Unkept returns a Memory for when no directory can be used. Fingerprints,
// refusals and claims last until the process exits, and the escrow fails with
// why, so that nothing is requested that could not be kept.
func Unkept(why error) *Memory {
	s := &Memory{why: unusable(why), refusals: make(map[string]auth.Refusal), claimed: make(map[string]bool)}
	_, _ = rand.Read(s.key[:]) // never fails
	return s
}
