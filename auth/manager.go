package auth

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// Options are the parts a Manager works with. Store and Authority are required,
// everything else is optional.
type Options struct {
	Store     Store
	Authority Authority
	// Memory remembers things across processes; nil remembers them until this
	// process exits.
	Memory Memory
	// Lineage knows what became of refresh tokens in the user's other homes;
	// nil means that there are no other homes.
	Lineage Lineage
	// Activity is called with everything that happens to the credentials, in
	// order; nil disables it. It must not block.
	Activity func(Activity)
	// RefreshLock takes the home's cross-process refresh lock, waiting a
	// bounded time; nil means no lock. Its error is ErrRefreshing, wrapped,
	// when another process holds it during the whole wait; any other error
	// means that the lock does not work here.
	RefreshLock func(ctx context.Context) (unlock func(), err error)
	// Restriction returns the configuration's objection to credentials, or nil;
	// a nil function never objects. Restricted credentials count as absent. It
	// must not block.
	Restriction func(*Snapshot) error
	// SecondLook is how long to wait for the store to change after a refusal
	// that a race may have caused; 0 disables it.
	SecondLook time.Duration
	// AsCodex follows Codex 0.169 to the letter where Rekey would do better: a
	// refusal belongs to the whole snapshot and not to its refresh token, a
	// skipped refresh leaves what is cached, and no preflight check prevents a
	// request.
	AsCodex bool
	// Now is the wall clock; nil: time.Now.
	Now func() time.Time
	// Log receives one line for each decision; nil discards them.
	Log *slog.Logger
	// Step is called at each Step, in order, by the goroutine that reached it.
	// It is for tests and nil in every program.
	Step func(Step)
}

// Manager holds one home's credentials; nothing else changes what is cached.
// All methods are safe for concurrent use.
type Manager struct {
	opts    Options
	states  Broadcast[State]
	changed Broadcast[struct{}] // one per adopted content, for the second look
	// own is what is forgotten when the process exits: refusals that do not
	// name the token, and records that could not be written.
	own *inMemory

	mu      sync.Mutex // guards everything below
	flight  *flight
	owner   ExternalRefresher // of the host-provided tokens in memory, nil when there are none
	facts   Facts             // as of the last change; Now is filled in on use
	loaded  bool              // the store has held credentials at least once
	read    bool              // the store has been read at least once
	held    bool              // the escrow holds an answer that could not be saved
	pending *pending          // the answer itself, nil when there is none
	settled bool              // the escrow has been looked at once
	chatGPT bool              // a sign-in with ChatGPT that names its account has been cached at least once
	looked  time.Time         // when the store was read last
	lost    string            // fingerprint of the refresh token whose answer was lost
	writing *Snapshot         // what this program is about to write or has written last
	// The first failure within hushFor after hushFrom is not shown; hidden is
	// the time of that failure with the cached tokens, if any.
	hushFrom, hidden time.Time
	hushFor          time.Duration
	shown            time.Time // when the Status of the last published State was new
}

// NewManager returns a Manager that has read nothing yet: call Reload.
func NewManager(opts Options) *Manager {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	opts.Log = cmp.Or(opts.Log, slog.New(slog.DiscardHandler))
	if opts.Step == nil {
		opts.Step = func(Step) {}
	}
	if opts.Restriction == nil {
		opts.Restriction = func(*Snapshot) error { return nil }
	}
	if opts.RefreshLock == nil {
		opts.RefreshLock = func(context.Context) (func(), error) { return func() {}, nil }
	}
	own := newInMemory()
	if opts.Memory == nil {
		opts.Memory = own
	}
	if opts.Lineage == nil {
		opts.Lineage = noLineage{}
	}
	if opts.Activity == nil {
		opts.Activity = func(Activity) {}
	}
	m := &Manager{opts: opts, own: own}
	m.facts = Facts{LoadErr: ErrNoCredential, Store: opts.Store.String()}
	return m
}

// State returns the State as of now.
func (m *Manager) State() State {
	m.mu.Lock()
	defer m.mu.Unlock()
	return Compute(m.factsLocked())
}

// Subscribe returns a channel that holds the newest State its reader has not
// seen, starting with the current one. It is closed when ctx ends.
func (m *Manager) Subscribe(ctx context.Context) <-chan State {
	m.publish()
	return m.states.Subscribe(ctx)
}

// Snapshot returns what is cached, nil when there is nothing to use, and its
// refusal, nil when it has none. It reads no store and sends nothing.
func (m *Manager) Snapshot() (*Snapshot, *Refusal) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.facts.Snapshot, m.facts.Refusal
}

// Reload reads the store and caches its content, together with a refusal of it
// that another process recorded. Unreadable content is returned as an error and
// becomes the State.
func (m *Manager) Reload(ctx context.Context) error {
	err := m.TryReload(ctx)
	if err != nil {
		m.take(nil, err)
	}
	return err
}

// TryReload is Reload while the content may be half written: if it is unreadable,
// nothing changes.
func (m *Manager) TryReload(ctx context.Context) error {
	before, _ := m.Snapshot()
	s, err := m.load(ctx)
	if err != nil {
		return err
	}
	cached, _ := m.Snapshot()
	if cached.Equal(before) { // what is new has just been looked up
		m.heed(cached)
	}
	m.settleEscrow(ctx, s)
	return nil
}

// load is Reload for callers that hold the refresh lock. It returns the store's
// content, nil for nothing, and caches it if it could be read.
func (m *Manager) load(ctx context.Context) (*Snapshot, error) {
	if m.externalOwner() != nil {
		s, _ := m.Snapshot()
		return s, nil
	}
	m.mu.Lock()
	m.looked = m.opts.Now()
	m.mu.Unlock()
	s, err := m.opts.Store.Load(ctx)
	if err != nil && !errors.Is(err, ErrNoCredential) {
		return nil, err
	}
	m.found(s, err)
	return s, nil
}

// publish sends the current State to all subscribers if it is new. A Status that
// passes by itself is shown for refreshShown before another one that does, so that
// no face flickers; good news, and what the user must act on, is never held back.
func (m *Manager) publish() {
	m.mu.Lock()
	defer m.mu.Unlock() // held while publishing, so that States arrive in order
	st := Compute(m.factsLocked())
	last, ok := m.states.Last()
	switch left := refreshShown - time.Since(m.shown); {
	case ok && last == st:
		return
	case ok && last.Status == st.Status:
	case ok && last.passing() && st.passing() && left > 0:
		time.AfterFunc(left, m.publish)
		return
	default:
		m.shown = time.Now()
	}
	m.states.Publish(st)
}

// Close waits until no request is under way, so that no answer is lost, or
// until ctx is done. It does not wait for another process's refresh.
func (m *Manager) Close(ctx context.Context) error {
	for {
		m.mu.Lock()
		f := m.flight
		m.mu.Unlock()
		if f == nil {
			return nil
		}
		f.leave()
		select {
		case <-f.done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
