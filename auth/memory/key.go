package memory

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"

	"rekey/auth"
	"rekey/internal/fault"
	"rekey/internal/safefile"
)

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
