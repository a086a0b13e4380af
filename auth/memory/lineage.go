package memory

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"rekey/auth"
	"rekey/internal/fault"
	"rekey/internal/safefile"
)

const (
	// lineageWait is how long a home waits for another that is sending the same
	// token. It is longer than that may take.
	lineageWait = 2 * time.Minute
	// lineageAge is how long the fate of a token is remembered.
	lineageAge = 2 * 365 * 24 * time.Hour
	// maxLineage bounds the walk from a token along its replacements.
	maxLineage = 100_000
	recordEnd  = ".json"
)

// Lineage implements auth.Lineage for one home in a directory that all homes of
// the user share. The directory has a file for each refresh token that was
// sent, named after the token's fingerprint under a key of its own. It holds no
// token.
type Lineage struct {
	shared *Memory
	home   string
	id     string
	load   func(ctx context.Context, home string) (*auth.Snapshot, error)
}

var _ auth.Lineage = (*Lineage)(nil)

// OpenLineage opens the directory for a home whose identity is id. load reads
// the credentials of any home.
func OpenLineage(dir, home, id string, load func(ctx context.Context, home string) (*auth.Snapshot, error)) (*Lineage, error) {
	shared, err := open(safefile.Disk{}, dir)
	if err != nil {
		return nil, err
	}
	return &Lineage{shared, home, id, load}, nil
}

// fateRecord is the file of one token.
type fateRecord struct {
	// Home and ID name the home that sent it.
	Home string    `json:"home"`
	ID   string    `json:"id"`
	At   time.Time `json:"at"`
	// Next is the fingerprint of the token that replaced it.
	Next    string      `json:"next,omitempty"`
	Refused auth.Reason `json:"refused,omitempty"`
}

func (l *Lineage) path(token string) string { return l.shared.path(token + recordEnd) }

func (l *Lineage) token(token auth.Secret) string {
	return l.shared.fingerprint(formToken, []byte(token.Reveal()))
}

// read returns the record of a token. A damaged record counts as that of a
// token that may have been sent.
func (l *Lineage) read(token string) (r fateRecord, ok bool) {
	c, err := l.shared.disk.Read(l.path(token), maxState)
	if err != nil || !c.Exists {
		return fateRecord{}, false
	}
	if json.Unmarshal(c.Data, &r) != nil {
		return fateRecord{}, true
	}
	return r, true
}

// recordSize is the minimum size of a record's file. Records are overwritten in
// place, so that recording the fate of a token needs no more disk space than
// Sent has already taken.
const recordSize = 1024

// write applies change to the record of the refresh token of s. The caller
// holds the token's lock, as does everyone who acts on a record.
func (l *Lineage) write(s *auth.Snapshot, change func(*fateRecord)) error {
	token := l.token(s.RefreshToken())
	r, known := l.read(token)
	r.Home, r.ID, r.At = l.home, l.id, time.Now().UTC()
	change(&r)
	data, err := json.Marshal(r)
	if err == nil {
		data = append(data, bytes.Repeat([]byte(" "), max(0, recordSize-len(data)))...)
		if known && len(data) == recordSize {
			err = l.shared.disk.WriteInPlace(l.path(token), data, recordSize)
		} else {
			err = l.shared.disk.Replace(l.path(token), data, 0o600)
		}
	}
	if err != nil {
		return fault.New("lineage", "cannot record what became of a refresh token: {{.Why}}", "Why", safefile.Cause(err))
	}
	return nil
}

// Lock implements auth.Lineage.
func (l *Lineage) Lock(ctx context.Context, s *auth.Snapshot) (unlock func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, lineageWait)
	defer cancel()
	path := l.shared.path(l.token(s.RefreshToken()) + ".lock")
	free, err := l.shared.disk.Lock(ctx, path, 0o600)
	if errors.Is(err, safefile.ErrLocked) {
		err = fmt.Errorf("%w: %w", auth.ErrRefreshing, err)
	}
	if err != nil {
		return nil, err
	}
	return func() {
		_ = os.Remove(path) // while the lock is held, so that it is ours; a waiting process creates it again
		free()
	}, nil
}

// Fate implements auth.Lineage.
func (l *Lineage) Fate(s *auth.Snapshot) auth.Fate {
	r, ok := l.read(l.token(s.RefreshToken()))
	if !ok {
		return auth.Fate{}
	}
	return auth.Fate{
		Elsewhere: r.ID != l.id, Refused: r.Refused, Replaced: r.Next != "",
		Sent: r.Next == "" && r.Refused == "",
	}
}

// Sent implements auth.Lineage.
func (l *Lineage) Sent(s *auth.Snapshot) error {
	l.forgetOld()
	return l.write(s, func(r *fateRecord) { r.Next, r.Refused = "", "" })
}

// Unsent implements auth.Lineage.
func (l *Lineage) Unsent(s *auth.Snapshot) error {
	_, err := l.shared.disk.Remove(l.path(l.token(s.RefreshToken())))
	return err
}

// Replaced implements auth.Lineage.
func (l *Lineage) Replaced(s *auth.Snapshot, by auth.Secret) error {
	return l.write(s, func(r *fateRecord) { r.Next, r.Refused = l.token(by), "" })
}

// Refused implements auth.Lineage. It does not overwrite a replacement: a
// replaced token is expected to be refused.
func (l *Lineage) Refused(s *auth.Snapshot, reason auth.Reason) error {
	if l.Fate(s).Replaced {
		return nil
	}
	return l.write(s, func(r *fateRecord) { r.Refused = reason })
}

// errSuccessorPending means that the home with the successor has not saved it
// yet.
var errSuccessorPending = fault.New("successor_pending", "another home has refreshed this sign-in and not saved it yet")

// Successor implements auth.Lineage. It follows the replacements and asks the
// homes that made them, the latest first.
func (l *Lineage) Successor(ctx context.Context, s *auth.Snapshot) (*auth.Snapshot, error) {
	start := l.token(s.RefreshToken())
	line, homes := map[string]bool{}, []string{}
	for token := start; len(line) < maxLineage; {
		r, ok := l.read(token)
		if !ok || r.Next == "" || line[r.Next] {
			break
		}
		line[r.Next] = true
		if r.ID != l.id {
			homes = append(homes, r.Home)
		}
		token = r.Next
	}
	blocked := auth.ErrNoSuccessor
	asked := map[string]bool{}
	for i := len(homes) - 1; i >= 0; i-- {
		if asked[homes[i]] {
			continue
		}
		asked[homes[i]] = true
		found, err := l.load(ctx, homes[i])
		switch {
		case errors.Is(err, auth.ErrNoCredential):
		case err != nil:
			blocked = err
		case line[l.token(found.RefreshToken())] && found.Managed():
			return found, nil
		case l.token(found.RefreshToken()) == start:
			blocked = errSuccessorPending
		}
	}
	return nil, blocked
}

// forgetOld removes records older than lineageAge, now and then.
func (l *Lineage) forgetOld() {
	now := time.Now()
	if now.UnixNano()%64 != 0 {
		return
	}
	l.shared.disk.Sweep(l.shared.dir, tempPrefix, now)
	entries, err := os.ReadDir(l.shared.dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && filepath.Ext(e.Name()) == recordEnd && now.Sub(info.ModTime()) > lineageAge {
			_ = os.Remove(l.shared.path(e.Name()))
		}
	}
}
