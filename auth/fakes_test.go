package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// journal is the order in which a test's fakes were called.
type journal struct {
	mu      sync.Mutex // guards everything below
	entries []string
}

func (j *journal) add(entry string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, entry)
}

// read returns the entries so far and clears the journal.
func (j *journal) read() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	all := j.entries
	j.entries = nil
	return all
}

// fakeStore is a credential store in memory that holds bytes, as a file does.
type fakeStore struct {
	journal *journal

	mu      sync.Mutex // guards everything below
	content []byte     // nil: absent
	writes  int        // how many Updates have replaced the content
	// What fails, and how.
	loadErr, updateErr, deleteErr, writableErr error
	// beforeUpdate runs, if set, before each Update looks at the content.
	beforeUpdate func()
	updateWaits  bool // until its caller gives up
}

// put plays another program that writes the store.
func (f *fakeStore) put(content []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.content = slices.Clone(content)
}

func (f *fakeStore) bytes() []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.content
}

// written is how many Updates have replaced the content.
func (f *fakeStore) written() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.writes
}

// fail changes what fails.
func (f *fakeStore) fail(change func(*fakeStore)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

func (f *fakeStore) Load(ctx context.Context) (*Snapshot, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if f.loadErr != nil {
		return nil, f.loadErr
	}
	return f.parse()
}

func (f *fakeStore) parse() (*Snapshot, error) {
	if f.content == nil {
		return nil, ErrNoCredential
	}
	s, err := ParseSnapshot(f.content)
	if err != nil {
		return nil, &UnreadableError{Where: f.String(), What: err}
	}
	return s, nil
}

// Update calls decide twice, as it may.
func (f *fakeStore) Update(ctx context.Context, decide func(*Snapshot) (*Snapshot, error)) error {
	f.journal.add("update")
	f.mu.Lock()
	before, waits := f.beforeUpdate, f.updateWaits
	f.mu.Unlock()
	if waits {
		<-ctx.Done()
	}
	if before != nil {
		before()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := errors.Join(ctx.Err(), f.updateErr); err != nil {
		return err
	}
	current, err := f.parse()
	if err != nil {
		current = nil
	}
	var next *Snapshot
	for range 2 {
		if next, err = decide(current); err != nil {
			return fmt.Errorf("update %s: %w", f.String(), err)
		}
	}
	f.content = next.Encode()
	f.writes++
	return nil
}

func (f *fakeStore) Delete(context.Context) (bool, error) {
	f.journal.add("delete")
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.deleteErr != nil {
		return false, f.deleteErr
	}
	removed := f.content != nil
	f.content = nil
	return removed, nil
}

func (f *fakeStore) Writable(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.writableErr
}

func (f *fakeStore) String() string { return "fake/auth.json" }

// fakeMemory is a Memory without a key.
type fakeMemory struct {
	*fakeEscrow
	fakeFingerprints
}

// fakeEscrow is a Memory whose escrow has a journal, and errors on demand.
type fakeEscrow struct {
	*inMemory
	journal                                         *journal
	reserveErr, sentErr, keepErr, clearErr, heldErr error // what fails; set before use
}

// call notes a call, and makes it unless it is to fail.
func (f *fakeEscrow) call(name string, fails error, do func() error) error {
	f.journal.add(name)
	if fails != nil {
		return fails
	}
	return do()
}

func (f *fakeEscrow) Reserve(redeemed string, at time.Time) error {
	return f.call("reserve", f.reserveErr, func() error { return f.inMemory.Reserve(redeemed, at) })
}

func (f *fakeEscrow) Sent(redeemed string) error {
	return f.call("sent", f.sentErr, func() error { return f.inMemory.Sent(redeemed) })
}

func (f *fakeEscrow) Keep(redeemed string, r TokenResponse) error {
	return f.call("keep", f.keepErr, func() error { return f.inMemory.Keep(redeemed, r) })
}

func (f *fakeEscrow) Held() (EscrowEntry, bool, error) {
	if f.heldErr != nil {
		return EscrowEntry{}, false, f.heldErr
	}
	return f.inMemory.Held()
}

func (f *fakeEscrow) Clear(redeemed string) error {
	return f.call("clear", f.clearErr, func() error { return f.inMemory.Clear(redeemed) })
}

// fakeFingerprints hashes without a key.
type fakeFingerprints struct{}

func (fakeFingerprints) Token(s *Snapshot) string {
	return "token:" + digest([]byte(s.RefreshToken().Reveal()))
}

func (fakeFingerprints) Whole(s *Snapshot) string { return "whole:" + digest(s.Canonical()) }

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}
