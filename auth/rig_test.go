package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rekey/test/kit/clock"
)

// lockedBuffer is a log that any goroutine may write.
type lockedBuffer struct {
	mu  sync.Mutex // guards everything below
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// rig is a Manager with fakes all around it.
type rig struct {
	*Manager
	t         *testing.T
	options   Options
	journal   *journal
	store     *fakeStore
	authority *fakeAuthority
	escrow    *fakeEscrow
	memory    fakeMemory
	clock     *clock.Clock
	log       *lockedBuffer
}

// newRig returns a Manager that has read content, nil for none, at noon. Its
// log and States are searched for tokens when the test ends.
func newRig(t *testing.T, content []byte, change ...func(*Options)) *rig {
	t.Helper()
	j := &journal{}
	r := &rig{
		t: t, journal: j, clock: clock.At(noon), log: &lockedBuffer{},
		store:     &fakeStore{journal: j, content: content},
		authority: &fakeAuthority{journal: j, asked: make(chan struct{}, 100)},
		escrow:    &fakeEscrow{journal: j, inMemory: newInMemory()},
	}
	r.memory = fakeMemory{fakeEscrow: r.escrow}
	r.options = Options{
		Store: r.store, Authority: r.authority, Memory: r.memory,
		Now: r.clock.Now, Log: slog.New(slog.NewJSONHandler(r.log, nil)),
	}
	for _, f := range change {
		f(&r.options)
	}
	r.Manager = NewManager(r.options)
	t.Cleanup(r.searchForTokens)
	_ = r.Reload(t.Context())
	return r
}

// asCodex is the change of Options for Codex's own behaviour.
func asCodex(o *Options) { o.AsCodex = true }

// restart replaces the Manager by one of a new process, which has read nothing yet.
func (r *rig) restart() {
	r.t.Helper()
	r.Manager = NewManager(r.options)
}

// reread has another program write the store, and the Manager read it.
func (r *rig) reread(content []byte) error {
	r.store.put(content)
	return r.Reload(r.t.Context())
}

// refresh asks for a refresh as Codex's forced call does. The error's text is
// searched for tokens with the log.
func (r *rig) refresh() error {
	r.t.Helper()
	err := r.Refresh(r.t.Context(), RefreshForced)
	fmt.Fprintln(r.log, err)
	return err
}

// later moves the clock past every spacing between requests.
func (r *rig) later() { r.clock.Advance(maxSpacing) }

// refreshLater starts a refresh and returns when the authority has been asked.
func (r *rig) refreshLater() (result <-chan error) {
	r.t.Helper()
	done := make(chan error, 1)
	go func() { done <- r.Refresh(r.t.Context(), RefreshForced) }()
	r.waitForRequest()
	return done
}

func (r *rig) waitForRequest() {
	r.t.Helper()
	select {
	case <-r.authority.asked:
	case <-deadline(r.t).Done():
		r.t.Fatal("the authority was not asked")
	}
}

// wantRequests compares the number of requests sent so far.
func (r *rig) wantRequests(n int) {
	r.t.Helper()
	if got := len(r.authority.requests()); got != n {
		r.t.Errorf("requests sent = %d, want %d", got, n)
	}
}

// wantCached compares the tokens that are cached.
func (r *rig) wantCached(refreshToken string) {
	r.t.Helper()
	s, _ := r.Snapshot()
	if got := s.RefreshToken().Reveal(); got != refreshToken {
		r.t.Errorf("cached refresh token = %q, want %q", got, refreshToken)
	}
}

// wantStored compares the tokens in the store.
func (r *rig) wantStored(refreshToken string) {
	r.t.Helper()
	content := r.store.bytes()
	if content == nil {
		if refreshToken != "" {
			r.t.Errorf("the store is empty, want %q", refreshToken)
		}
		return
	}
	if got := mustParse(r.t, content).RefreshToken().Reveal(); got != refreshToken {
		r.t.Errorf("stored refresh token = %q, want %q", got, refreshToken)
	}
}

// wantStatus compares the State's Status.
func (r *rig) wantStatus(want Status) State {
	r.t.Helper()
	st := r.State()
	if st.Status != want {
		r.t.Errorf("status = %q, want %q (%+v)", st.Status, want, st)
	}
	return st
}

// wantPermanent checks that err refuses for that reason.
func wantPermanent(t *testing.T, err error, want Reason) {
	t.Helper()
	if re, ok := errors.AsType[*RefreshError](err); !ok || !re.Permanent || re.Reason != want || OutcomeOf(err) != OutcomePermanent {
		t.Errorf("error = %#v, want a permanent one with reason %q", err, want)
	}
}

// wantTransient checks that asking again later may work.
func wantTransient(t *testing.T, err error) {
	t.Helper()
	if err == nil || OutcomeOf(err) != OutcomeTransient {
		t.Errorf("error = %v, want a transient one", err)
	}
}

// wantJournal checks in which order the fakes have been called.
func (r *rig) wantJournal(want ...string) {
	r.t.Helper()
	if got := r.journal.read(); !slices.Equal(got, want) {
		r.t.Errorf("calls = %v, want %v", got, want)
	}
}

// searchForTokens fails the test if a token that the fakes have seen is in the
// log or the State.
func (r *rig) searchForTokens() {
	r.t.Helper()
	state, err := json.Marshal(r.State())
	if err != nil {
		r.t.Errorf("State cannot be written as JSON: %v", err)
	}
	shown := r.log.String() + string(state)
	for _, token := range r.secrets() {
		if strings.Contains(shown, token) {
			r.t.Errorf("a token is in the log or the State: %s", shown)
		}
	}
}

// secrets are all tokens and keys the fakes have seen, as far as they are long
// enough to be recognised.
func (r *rig) secrets() []string {
	var all []Secret
	if s, err := ParseSnapshot(r.store.bytes()); err == nil {
		all = append(all, s.AccessToken(), s.RefreshToken(), s.APIKey())
	}
	for _, req := range r.authority.requests() {
		all = append(all, req.RefreshToken)
	}
	for _, a := range r.authority.answers {
		for _, s := range []*Secret{a.tokens.AccessToken, a.tokens.RefreshToken, a.tokens.IDToken} {
			if s != nil {
				all = append(all, *s)
			}
		}
	}
	var long []string
	for _, s := range all {
		if v := s.Reveal(); len(v) >= len("refresh-1") {
			long = append(long, v)
		}
	}
	return long
}

// deadline bounds the wait for something that has to happen.
func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}
