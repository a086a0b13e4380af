package auth

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// Options are the parts a Manager works with. Store and Authority are needed,
// everything else may be left out.
type Options struct {
	Store     Store
	Authority Authority
	// Memory remembers beyond this process; nil: what there is to remember ends
	// with it.
	Memory Memory
	// Lineage knows what became of refresh tokens in the user's other homes; nil:
	// there are none.
	Lineage Lineage
	// Activity is told what has happened to the credentials; nil: nobody is.
	// It is called in the order of events and must not block.
	Activity func(Activity)
	// RefreshLock takes the home's cross-process refresh lock, waiting a
	// bounded time; nil: none. Its error is ErrRefreshing, wrapped, when another
	// process holds it all the time; any other means that it cannot be had here.
	RefreshLock func(ctx context.Context) (unlock func(), err error)
	// Restriction is the configuration's objection to credentials, nil for
	// none; nil itself: never one. Restricted credentials count as absent. It
	// must not block.
	Restriction func(*Snapshot) error
	// SecondLook is how long a refusal that a race may have caused waits for
	// the store to change; 0: not at all.
	SecondLook time.Duration
	// AsCodex follows Codex 0.169 to the letter where Rekey would do better:
	// a refusal belongs to the whole snapshot and not to its refresh token, a
	// skip leaves what is in memory, and no preflight holds a request back.
	AsCodex bool
	// Now is the wall clock; nil: time.Now.
	Now func() time.Time
	// Log receives one line for each decision; nil: nobody does.
	Log *slog.Logger
	// Step is called at each Step, in their order, by the goroutine that has
	// come that far: for tests, nil in every program.
	Step func(Step)
}

// Manager holds one home's credentials and is the only one who changes what
// is cached. All methods are safe for concurrent use.
type Manager struct {
	opts    Options
	states  Broadcast[State]
	changed Broadcast[struct{}] // one per adopted content, for the second look
	// own is what ends with the process: refusals that do not name the token,
	// and what could not be written.
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
	lost    string            // fingerprint of the refresh token whose answer was lost
	writing *Snapshot         // what this program is about to write or has written last
	// The first failure within hushFor from hushFrom on is no news; hidden is when
	// there was one with the cached tokens.
	hushFrom, hidden time.Time
	hushFor          time.Duration
}

// NewManager returns a Manager that has read nothing yet: call Reload.
func NewManager(opts Options) *Manager {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
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
// seen, starting with the present one. It is closed when ctx ends.
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

// Tick computes the State anew, for the moments at which only the clock has
// changed, and publishes it if it differs.
func (m *Manager) Tick() { m.publish() }

// Reload reads the store and takes over what it holds, and what another process
// was told about it: a refusal. Content that cannot be
// read may be half written: unless final, it is returned as an error and
// nothing changes; when final it becomes the State.
func (m *Manager) Reload(ctx context.Context, final bool) error {
	s, err := m.load(ctx)
	if err != nil {
		if final {
			m.take(nil, err)
		}
		return err
	}
	cached, _ := m.Snapshot()
	m.heed(cached)
	m.settleEscrow(ctx, s)
	return nil
}

// load is Reload for those who hold the refresh lock. It returns what the
// store holds, nil for nothing, and takes it over if it could be read.
func (m *Manager) load(ctx context.Context) (*Snapshot, error) {
	if m.externalOwner() != nil {
		s, _ := m.Snapshot()
		return s, nil
	}
	s, err := m.opts.Store.Load(ctx)
	if err != nil && !errors.Is(err, ErrNoCredential) {
		return nil, err
	}
	m.found(s, err)
	return s, nil
}

// publish hands the present State to all subscribers if it is a new one.
func (m *Manager) publish() {
	m.mu.Lock()
	defer m.mu.Unlock() // held while publishing, so that States arrive in order
	st := Compute(m.factsLocked())
	if last, ok := m.states.Last(); ok && last == st {
		return
	}
	m.states.Publish(st)
}

// Close waits until no request is under way, so that no answer is lost, or
// until ctx ends.
func (m *Manager) Close(ctx context.Context) error {
	for {
		m.mu.Lock()
		f := m.flight
		m.mu.Unlock()
		if f == nil {
			return nil
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
