package promises_test

import (
	"errors"
	"fmt"
	"os/exec"
	"sync"
	"testing"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/sandbox"
	"rekey/ui/cli"
)

// P1: a dead sign-in, five kinds of processes with twenty callers each, killed
// and started again three times. The server hears of it once.
func TestOneRequestForADeadSignIn(t *testing.T) {
	t.Parallel()
	const restarts, callers = 3, 20
	w := newWorld(t)
	w.must(w.SignIn(life)) // the access token works; only the refresh token is dead
	w.Server.RevokeAll()

	crowd := w.crowd()
	crowd.ask(callers)
	for range restarts {
		crowd.kill()
		crowd = w.crowd()
		crowd.ask(callers)
	}
	w.wantRequests(1)

	// A new sign-in is written, and all is well at once, without a request.
	w.must(w.SignIn(life))
	access, _ := w.tokens()
	crowd.wantToken(access)
	w.wantRequests(1)
	if out, code := w.run("refresh"); code != cli.ExitOK {
		t.Errorf("rekey refresh of a new sign-in ended with %d: %s", code, out)
	}
	w.wantRequests(2)
}

// crowd is Rekey in all the ways in which it can ask.
type crowd struct {
	*world
	agent    *watch
	watching [2]*sandbox.AppServer
}

// crowd starts them. They have read the home when it returns.
func (w *world) crowd() crowd {
	w.t.Helper()
	c := crowd{world: w, agent: w.watch()}
	for i := range c.watching {
		c.watching[i] = w.appServer(kit.Rekey(c.t))
	}
	w.await(c.agent, "something", func(auth.State) bool { return true })
	return c
}

// ask lets everybody ask at the same time, and wants a refusal each time.
func (c crowd) ask(callers int) {
	c.t.Helper()
	client, err := c.Attach(c.ctx)
	c.must(err)
	var all sync.WaitGroup
	for range callers {
		all.Go(func() { c.refused("the agent", client.Refresh(c.ctx)) })
		all.Go(func() { c.withheld("app-server", c.watching[0]) })
		all.Go(func() {
			err := c.watching[1].Call(c.ctx, "rekey/refresh", struct{}{}, nil)
			if remote, ok := errors.AsType[*sandbox.CallError](err); !ok || !remote.Data.Permanent {
				c.t.Errorf("rekey/refresh of an app-server: %v", err)
			}
		})
		all.Go(func() {
			if out, code := c.run("refresh"); code != cli.ExitExpiring {
				c.t.Errorf("rekey refresh ended with %d, want %d: %s", code, cli.ExitExpiring, out)
			}
		})
	}
	all.Wait()
	c.must(client.Close())

	// Like Codex, --no-watch looks for a refusal only when it starts.
	asCodex := c.appServer(kit.Rekey(c.t), "--no-watch")
	for range callers {
		all.Go(func() { c.withheld("app-server --no-watch", asCodex) })
	}
	all.Wait()
	asCodex.Kill()
}

// refused: the error is that of a sign-in that is permanently rejected.
func (c crowd) refused(who string, err error) {
	if auth.OutcomeOf(err) != auth.OutcomePermanent {
		c.t.Errorf("%s answered a refresh with %v", who, err)
	}
}

// withheld: a forced getAuthStatus names the method and no token.
func (c crowd) withheld(who string, a *sandbox.AppServer) {
	st, err := a.AuthStatus(c.ctx, true)
	if err != nil || st.Method != "chatgpt" || st.Token != "" {
		c.t.Errorf("%s: getAuthStatus: method %q, a token: %t, %v", who, st.Method, st.Token != "", err)
	}
}

// wantToken: everybody comes to hold this access token by itself.
func (c crowd) wantToken(access string) {
	c.t.Helper()
	c.await(c.agent, "healthy", func(s auth.State) bool { return s.Status == auth.StatusHealthy })
	for i, a := range c.watching {
		c.until(fmt.Sprintf("app-server %d holds the new token", i), func() bool {
			st, err := a.AuthStatus(c.ctx, false)
			c.must(err)
			return st.Token == access
		})
	}
}

// kill ends them without warning.
func (c crowd) kill() {
	c.agent.Kill()
	for _, a := range c.watching {
		a.Kill()
	}
}

// run runs a command of Rekey to its end.
func (w *world) run(args ...string) (out string, code int) {
	cmd := w.Command(w.ctx, kit.Rekey(w.t), args...)
	text, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Errorf("rekey %v: %v", args, err)
	}
	return string(text), cmd.ProcessState.ExitCode()
}
