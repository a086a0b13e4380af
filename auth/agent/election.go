package agent

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"sync"
	"time"

	"rekey/auth"
	"rekey/auth/appserver"
	"rekey/internal/fault"
)

const (
	// electionLimit is how long an election waits for an agent that does not
	// answer. It is longer than an exiting agent waits for its last refresh.
	electionLimit = lockWait + 10*time.Second
	// electionPause is the time between two tries.
	electionPause = 50 * time.Millisecond
	// electionWord is how long to wait before telling the user.
	electionWord = 2 * time.Second
)

// elect takes a role. It retries for a while, because the agent lock may be
// held by a process that does not answer yet or any more.
func (m *Member) elect(ctx context.Context) error {
	h := Open(m.opts)
	limit := time.NewTimer(electionLimit)
	defer limit.Stop()
	word := time.AfterFunc(electionWord, func() {
		m.opts.Tell(fault.New("agent_mute", "Rekey is running for this home and does not answer yet; waiting for it"))
	})
	defer word.Stop()
	pause := time.NewTicker(electionPause)
	defer pause.Stop()
	for {
		role, running, err := m.takeRole(ctx, h)
		if err == nil {
			m.mu.Lock()
			m.role = role
			m.mu.Unlock()
			m.publish(role.State())
			return nil
		}
		if !running || !silent(err) {
			return err
		}
		select {
		case <-pause.C:
		case <-limit.C:
			return ErrMute(err)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// ErrMute is the error for an agent that is there but does not answer, because of err.
func ErrMute(err error) error {
	return fault.New("running_mute", "{{.What}}, but does not answer: {{.Why}}", "What", ErrRunning, "Why", err)
}

// takeRole takes the agent's role if it is free, otherwise a client's. running
// reports whether there is another agent; if it does not answer, err says so.
func (m *Member) takeRole(ctx context.Context, h *Home) (s role, running bool, err error) {
	a, err := h.Become(ctx, m.version)
	if err == nil {
		return a, false, nil
	}
	if !errors.Is(err, ErrRunning) {
		return nil, false, err
	}
	client, err := h.Attach(ctx)
	if err != nil {
		return nil, true, err
	}
	return attached{client, h.opts.OpenURL}, true, nil
}

// silent reports whether an error of attaching only means that no agent
// answers.
func silent(err error) bool {
	var dialling *net.OpError
	return errors.As(err, &dialling) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, appserver.ErrAgentGone)
}

// attached is the role of a client.
type attached struct {
	*appserver.Client
	open func(ctx context.Context, url string) error // nil: there is no browser here
}

// SignIn implements role. This process opens the page, because the agent may
// have no display.
func (a attached) SignIn(ctx context.Context, method auth.SignInMethod) error {
	if a.open == nil {
		return a.Client.SignIn(ctx, method)
	}
	following, stop := context.WithCancel(ctx)
	var opening sync.WaitGroup
	opening.Go(func() {
		for st := range a.Subscribe(following) {
			if st.SignIn.Method == auth.SignInBrowser && st.SignIn.Page != "" {
				_ = a.open(following, st.SignIn.Page) // the page's address can still be copied
				return
			}
		}
	})
	defer opening.Wait()
	defer stop()
	return a.SignInShown(ctx, method)
}

// Run implements role.
func (a attached) Run(ctx context.Context) error {
	select {
	case <-a.Done():
		return appserver.ErrAgentGone
	case <-ctx.Done():
		return nil
	}
}

// Close implements role.
func (a attached) Close(context.Context) error {
	_ = a.Client.Close() // an error only says that the connection has ended
	return nil
}
