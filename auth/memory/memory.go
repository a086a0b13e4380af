package memory

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"rekey/auth"
	"rekey/internal/safefile"
)

// tempPrefix is what the names of temporary files in the directory begin with.
const tempPrefix = ".state-"

// stateLockWait bounds the wait for another Rekey that writes the state
// directory. It holds the lock for milliseconds.
const stateLockWait = 2 * time.Second

// Memory is what Rekey remembers about one home, in a state directory. It
// implements auth.Fingerprinter, auth.Refusals, auth.Notices, auth.Attempts and
// auth.Escrow, and keeps the recent activity as well. Any number of processes may share the
// directory; a Memory is safe for concurrent use.
//
// The directory holds no token, but for the escrow while an answer waits to be
// saved. Its files:
//
//	key            32 random bytes, made once: the key of all fingerprints
//	refusals.json  what was refused for good
//	attempts.json  the last request with each of the newest refresh tokens
//	notices.json   which notifications were shown
//	activity.json  what happened lately
//	escrow         one answer's place: see slot
//	state.lock     taken to change the JSON files
type Memory struct {
	dir string
	key [32]byte

	mu       sync.Mutex              // guards the next two, and the JSON files within this process
	refusals map[string]auth.Refusal // those that could not be written
	claimed  map[string]bool         // notices this process has claimed

	// escrow guards what follows, and the slot's file within this process. It
	// is a lock of its own, because a keyring may be slow to answer.
	escrow   sync.Mutex
	sealKey  EscrowKey
	reserved []byte // the key that Reserve made sure of, nil for none
}

var (
	_ auth.Fingerprinter = (*Memory)(nil)
	_ auth.Refusals      = (*Memory)(nil)
	_ auth.Notices       = (*Memory)(nil)
	_ auth.Attempts      = (*Memory)(nil)
	_ auth.Escrow        = (*Memory)(nil)
)

// Open opens a state directory, making it, mode 0700, if need be. It must
// be a folder of the user's own and not a symbolic link.
func Open(dir string) (*Memory, error) {
	if err := ownFolder(dir); err != nil {
		return nil, fmt.Errorf("open the state directory: %w", err)
	}
	s := &Memory{dir: dir, refusals: make(map[string]auth.Refusal), claimed: make(map[string]bool)}
	if err := s.loadKey(); err != nil {
		return nil, fmt.Errorf("open the state directory: %w", err)
	}
	safefile.Sweep(dir, tempPrefix, time.Now())
	return s, nil
}

// ownFolder makes sure that dir is a folder that only this user may enter.
func ownFolder(dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Lstat(dir)
	switch {
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder", dir)
	case !safefile.OwnedByUser(info):
		return fmt.Errorf("%s belongs to another user", dir)
	case info.Mode().Perm()&0o077 != 0:
		return os.Chmod(dir, 0o700)
	}
	return nil
}

func (s *Memory) path(name string) string { return filepath.Join(s.dir, name) }

// lock takes the directory's lock.
func (s *Memory) lock() (unlock func(), err error) {
	ctx, cancel := context.WithTimeout(context.Background(), stateLockWait)
	defer cancel()
	return safefile.Lock(ctx, s.path("state.lock"), 0o600)
}

// loadKey reads the key, or makes it: complete under another name first, so
// that nobody reads half a key, then linked to the name that only one process
// can create. A key of the wrong size is damaged and replaced; what it had
// fingerprinted is forgotten.
func (s *Memory) loadKey() error {
	path := s.path("key")
	if s.readKey(path) {
		return nil
	}
	// Without locks two processes may replace a damaged key at once, and one
	// of them works with fingerprints of its own until it ends.
	unlock, err := s.lock()
	if err == nil {
		defer unlock()
	} else if !errors.Is(err, safefile.ErrNoLocks) {
		return err
	}
	if s.readKey(path) {
		return nil
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	fresh := make([]byte, len(s.key))
	_, _ = rand.Read(fresh) // never fails
	t, err := safefile.CreateTemp(s.dir, tempPrefix, fresh)
	if err != nil {
		return err
	}
	defer t.Discard()
	if err := os.Link(t.Path(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		if err := t.Rename(path); err != nil { // no hard links here
			return err
		}
	}
	if !s.readKey(path) {
		return errors.New("the fingerprint key cannot be read")
	}
	return safefile.SyncDir(s.dir)
}

// readKey reports whether the key is there and whole.
func (s *Memory) readKey(path string) bool {
	c, err := safefile.Read(path, maxState)
	if err != nil || len(c.Data) != len(s.key) {
		return false
	}
	copy(s.key[:], c.Data)
	return true
}

// The forms of what is fingerprinted. A change of form is a new version, and
// what was recorded under the old one no longer matches anything.
const (
	formToken = "rekey refresh token 1\n"
	formWhole = "rekey snapshot 1\n"
	formOwner = "rekey account 1\n"
)

// Token implements auth.Fingerprinter.
func (s *Memory) Token(snapshot *auth.Snapshot) string {
	return s.fingerprint(formToken, []byte(snapshot.RefreshToken().Reveal()))
}

// Whole implements auth.Fingerprinter.
func (s *Memory) Whole(snapshot *auth.Snapshot) string {
	return s.fingerprint(formWhole, snapshot.Canonical())
}

// Account is the fingerprint of whose credentials they are, which stays the same
// when they are refreshed: the account, and the user where the ID token names one.
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

// Unkept returns a Memory without a directory, for when none can be had:
// fingerprints hold for this process, refusals and claims are remembered by it
// alone, and an escrow fails, so that nothing is asked for that could not be
// kept.
func Unkept() *Memory {
	s := &Memory{dir: os.DevNull, refusals: make(map[string]auth.Refusal), claimed: make(map[string]bool)}
	_, _ = rand.Read(s.key[:]) // never fails
	return s
}
