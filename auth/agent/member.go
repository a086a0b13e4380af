package agent

import (
	"context"
	"errors"
	"sync"
	"time"

	"rekey/auth"
	"rekey/auth/appserver"
	"rekey/internal/fault"
	"rekey/lend"
	"rekey/usage"
)

// Member takes part in a home while Run runs: as the home's agent, or as a
// client of the agent's process. When the agent exits, the members elect
// another: the agent lock decides. A Member is a face's session (lend.Session)
// throughout; between two agents its calls fail with appserver.ErrAgentGone.
type Member struct {
	opts    Options
	version string
	states  auth.Broadcast[auth.State]
	usages  auth.Broadcast[usage.Usage]

	mu   sync.Mutex // guards role
	role role
}

// role is a Member's role: the agent itself or a connection to it.
type role interface {
	session
	// Run holds the role until ctx is done, and then returns nil. It returns
	// appserver.ErrAgentGone when the agent is another process and has exited, or
	// was this one and is no more.
	Run(ctx context.Context) error
}

// Join makes this process the agent of a home, or attaches it to the agent.
// It returns when the State is known. version is this program's.
func Join(ctx context.Context, opts Options, version string) (*Member, error) {
	m := &Member{opts: opts, version: version}
	if m.opts.Tell == nil {
		m.opts.Tell = func(error) {}
	}
	if err := m.elect(ctx); err != nil {
		return nil, err
	}
	return m, nil
}

// Run takes part until ctx is done, and then returns nil. It returns ErrOtherTray when
// this process's tray is not the home's only one any more.
func (m *Member) Run(ctx context.Context) error {
	for {
		err := m.hold(ctx)
		if ctx.Err() != nil || !errors.Is(err, appserver.ErrAgentGone) {
			return err
		}
		_ = m.Close(ctx) // an error of the connection, which has ended
		if failed := m.elect(ctx); failed != nil {
			if ctx.Err() != nil {
				return nil
			}
			return failed
		}
		if failed := m.keepTray(); failed != nil {
			return failed
		}
		switch _, ours := m.now().(*Agent); {
		case ours && errors.Is(err, errLockLost): // as before
		case ours:
			m.opts.Tell(fault.New("agent_replaced_here", "the Rekey that kept this sign-in fresh has exited; this one does so now"))
		default:
			m.opts.Tell(fault.New("agent_replaced", "the Rekey that kept this sign-in fresh has exited; another one does so now"))
		}
	}
}

// ErrOtherTray means that another process has become the home's tray.
var ErrOtherTray = errors.New("another tray shows this home")

// keepTray takes the tray lock anew if it has gone with its folder. The agent has told
// us so by its end, whichever process it was.
func (m *Member) keepTray() error {
	if m.opts.Tray == nil || !m.opts.Tray.gone() {
		return nil
	}
	again, err := LockTray(m.opts)
	if errors.Is(err, ErrRunning) {
		return ErrOtherTray
	}
	if err == nil {
		m.opts.Tray.Unlock()
		*m.opts.Tray = *again
	}
	return err
}

// Close gives up the Member's role: see Agent.Close.
func (m *Member) Close(ctx context.Context) error { return m.now().Close(ctx) }

// hold passes on the role's States and usage while it lasts.
func (m *Member) hold(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	role := m.now()
	var passing sync.WaitGroup
	passing.Go(func() {
		for st := range role.Subscribe(ctx) {
			m.publish(st)
		}
	})
	passing.Go(func() {
		for u := range role.SubscribeUsage(ctx) {
			m.usages.Publish(u)
		}
	})
	defer passing.Wait()
	defer cancel()
	return role.Run(ctx)
}

// publish publishes a State unless the last agent has already sent it. Only one
// goroutine calls it at a time.
func (m *Member) publish(st auth.State) {
	if last, ok := m.states.Last(); !ok || last != st {
		m.states.Publish(st)
	}
}

func (m *Member) now() role {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.role
}

// The methods of a face's session.

// State implements auth.Session.
func (m *Member) State() auth.State {
	st, _ := m.states.Last()
	return st
}

// Subscribe implements auth.Session. The channel outlives the agent.
func (m *Member) Subscribe(ctx context.Context) <-chan auth.State { return m.states.Subscribe(ctx) }

// Refresh implements auth.Session.
func (m *Member) Refresh(ctx context.Context) error { return m.now().Refresh(ctx) }

// SignIn implements auth.Session.
func (m *Member) SignIn(ctx context.Context, method auth.SignInMethod) error {
	return m.now().SignIn(ctx, method)
}

// CancelSignIn implements auth.Session.
func (m *Member) CancelSignIn() { m.now().CancelSignIn() }

// AnswerSignIn implements auth.Session.
func (m *Member) AnswerSignIn(ctx context.Context, yes bool) error {
	return m.now().AnswerSignIn(ctx, yes)
}

// SignOut implements auth.Session.
func (m *Member) SignOut(ctx context.Context) error { return m.now().SignOut(ctx) }

// Unlock implements auth.Session.
func (m *Member) Unlock(ctx context.Context) error { return m.now().Unlock(ctx) }

// SetPreferences implements auth.Session.
func (m *Member) SetPreferences(ctx context.Context, c auth.PreferenceChange) error {
	return m.now().SetPreferences(ctx, c)
}

// Activity implements auth.Session.
func (m *Member) Activity(ctx context.Context) ([]auth.Activity, error) { return m.now().Activity(ctx) }

// Usage implements auth.Session.
func (m *Member) Usage() usage.Usage { return m.now().Usage() }

// SubscribeUsage implements auth.Session. The channel outlives the agent.
func (m *Member) SubscribeUsage(ctx context.Context) <-chan usage.Usage {
	return m.usages.Subscribe(ctx)
}

// LookAtUsage implements auth.Session.
func (m *Member) LookAtUsage(ctx context.Context) (usage.Usage, error) {
	return m.now().LookAtUsage(ctx)
}

// UsageHistory implements auth.Session.
func (m *Member) UsageHistory(ctx context.Context) ([]usage.Point, error) {
	return m.now().UsageHistory(ctx)
}

// Loans implements lend.Session.
func (m *Member) Loans(ctx context.Context) ([]lend.Loan, error) { return m.now().Loans(ctx) }

// PushLoan implements lend.Session.
func (m *Member) PushLoan(ctx context.Context, id string) error { return m.now().PushLoan(ctx, id) }

// StopLoan implements lend.Session.
func (m *Member) StopLoan(ctx context.Context, id string) error { return m.now().StopLoan(ctx, id) }

// Token implements auth.Session.
func (m *Member) Token(ctx context.Context, atLeast time.Duration) (auth.AccessToken, error) {
	return m.now().Token(ctx, atLeast)
}

// ClaimNotice implements auth.Session.
func (m *Member) ClaimNotice(ctx context.Context, notice string) (bool, error) {
	return m.now().ClaimNotice(ctx, notice)
}

// Socket is where the home's agent listens, whichever process that is.
func (m *Member) Socket() string { return m.opts.Socket() }
