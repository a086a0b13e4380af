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

// read returns the entries so far and begins anew.
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

func (f *fakeStore) Load(context.Context) (*Snapshot, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
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
		return nil, &UnreadableError{Where: f.String(), What: err.Error()}
	}
	return s, nil
}

// Update calls decide twice, as it may.
func (f *fakeStore) Update(_ context.Context, decide func(*Snapshot) (*Snapshot, error)) error {
	f.journal.add("update")
	f.mu.Lock()
	before := f.beforeUpdate
	f.mu.Unlock()
	if before != nil {
		before()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.updateErr != nil {
		return f.updateErr
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

// answer is what the fake authority says to one request.
type answer struct {
	tokens TokenResponse
	err    error
}

// fakeAuthority answers the n-th request with the n-th answer; the last one
// repeats for ever.
type fakeAuthority struct {
	journal *journal
	asked   chan struct{} // receives one value per request, as far as there is room

	mu      sync.Mutex // guards everything below
	answers []answer
	sent    []RefreshRequest
	hold    chan struct{} // if set, answers wait until it is closed
	revoked []string      // "hint token"
	down    error         // of Revoke
}

func (f *fakeAuthority) Refresh(_ context.Context, req RefreshRequest) (TokenResponse, error) {
	f.journal.add("send")
	f.mu.Lock()
	f.sent = append(f.sent, req)
	n, hold := min(len(f.sent), len(f.answers)), f.hold
	f.mu.Unlock()
	select {
	case f.asked <- struct{}{}:
	default:
	}
	if hold != nil {
		<-hold
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if n == 0 {
		return TokenResponse{}, &RefreshError{Err: errors.New("the fake has no answer")}
	}
	return f.answers[n-1].tokens, f.answers[n-1].err
}

func (f *fakeAuthority) Revoke(_ context.Context, token Secret, hint string) error {
	f.journal.add("revoke")
	f.mu.Lock()
	defer f.mu.Unlock()
	f.revoked = append(f.revoked, hint+" "+token.Reveal())
	return f.down
}

// requests are the renewals asked for so far.
func (f *fakeAuthority) requests() []RefreshRequest {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.sent)
}

// then sets the answers from the next request on.
func (f *fakeAuthority) then(answers ...answer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers = append(slices.Repeat([]answer{{}}, len(f.sent)), answers...)
}

// block makes every request from now on wait until release is called.
func (f *fakeAuthority) block() (release func()) {
	hold := make(chan struct{})
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hold = hold
	return sync.OnceFunc(func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.hold = nil
		close(hold)
	})
}

// fakeEscrow is the escrow in memory with a journal, and with errors on demand.
type fakeEscrow struct {
	*memory
	journal                                         *journal
	reserveErr, sentErr, keepErr, clearErr, heldErr error // what fails; set before use
}

func (f *fakeEscrow) Reserve(redeemed string, at time.Time) error {
	f.journal.add("reserve")
	if entry, ok, _ := f.memory.Held(); ok && entry.Answer != nil && entry.Redeemed != redeemed {
		return errors.New("an answer for other credentials is held")
	}
	if f.reserveErr != nil {
		return f.reserveErr
	}
	return f.memory.Reserve(redeemed, at)
}

func (f *fakeEscrow) Sent(redeemed string) error {
	f.journal.add("sent")
	if f.sentErr != nil {
		return f.sentErr
	}
	return f.memory.Sent(redeemed)
}

func (f *fakeEscrow) Keep(redeemed string, r TokenResponse) error {
	f.journal.add("keep")
	if f.keepErr != nil {
		return f.keepErr
	}
	return f.memory.Keep(redeemed, r)
}

func (f *fakeEscrow) Held() (EscrowEntry, bool, error) {
	if f.heldErr != nil {
		return EscrowEntry{}, false, f.heldErr
	}
	return f.memory.Held()
}

func (f *fakeEscrow) Clear(redeemed string) error {
	f.journal.add("clear")
	if f.clearErr != nil {
		return f.clearErr
	}
	return f.memory.Clear(redeemed)
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
