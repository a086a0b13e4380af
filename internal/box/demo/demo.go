// Package demo shows Rekey's main job in a sandbox: an authorization server in
// a box, a home in a folder of its own and a real agent between them. "rekey
// demo" runs it. It writes only to the folder it is given.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strconv"
	"time"

	"rekey/auth"
	"rekey/auth/agent"
	"rekey/internal/box"
	"rekey/usage"
)

// accessLife is the lifetime of the sandbox's access tokens: short enough to
// see a refresh soon, long enough to read along.
const accessLife = 16 * time.Second

// Sandbox is a server and an agent that touch no real sign-in. Call Close after
// use.
type Sandbox struct {
	Agent  *agent.Agent
	server *box.Server
	life   time.Duration // of access tokens
}

// Open makes a sandbox in dir, an empty folder, signed in as Ada.
func Open(ctx context.Context, dir, version string, log *slog.Logger) (*Sandbox, error) {
	return open(ctx, dir, version, accessLife, log)
}

func open(ctx context.Context, dir, version string, life time.Duration, log *slog.Logger) (*Sandbox, error) {
	server, err := box.Start(box.Config{AccessLife: life, UsageWindow: life / 2})
	if err != nil {
		return nil, fmt.Errorf("the demo's authorization server: %w", err)
	}
	s := &Sandbox{server: server, life: life}
	if s.Agent, err = s.openAgent(ctx, dir, version, log); err != nil {
		server.Close()
		return nil, fmt.Errorf("the demo's sandbox: %w", err)
	}
	return s, nil
}

func (s *Sandbox) openAgent(ctx context.Context, dir, version string, log *slog.Logger) (*agent.Agent, error) {
	home, err := box.NewHome(filepath.Join(dir, "codex"))
	if err != nil {
		return nil, err
	}
	if err := home.Replace(s.server.SignIn(box.Ada())); err != nil {
		return nil, err
	}
	if err := home.WriteConfig(fmt.Sprintf("chatgpt_base_url = %q\n", s.server.BackendURL())); err != nil {
		return nil, err
	}
	environment := map[string]string{
		"CODEX_REFRESH_TOKEN_URL_OVERRIDE": s.server.TokenURL(),
		"CODEX_REVOKE_TOKEN_URL_OVERRIDE":  s.server.RevokeURL(),
		"CODEX_APP_SERVER_LOGIN_ISSUER":    s.server.Issuer(),
	}
	h, err := agent.Open(agent.Options{
		Dir:        home.Dir(),
		Dirs:       agent.Dirs{State: filepath.Join(dir, "state"), Runtime: filepath.Join(dir, "run")},
		Getenv:     func(name string) string { return environment[name] },
		OpenURL:    visit,
		LoginPorts: []int{0},
		UsageFresh: s.life / 32,
		Log:        log,
	})
	if err != nil {
		return nil, err
	}
	return h.Become(ctx, version)
}

// visit is the demo's browser: it opens the page and follows it to the end.
func visit(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	client := &http.Client{Timeout: 10 * time.Second}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20))
	return err
}

// Close ends the sandbox. The caller removes the folder.
func (s *Sandbox) Close(ctx context.Context) error {
	err := s.Agent.Close(ctx)
	s.server.Close()
	return err
}

// Script is what the demo needs from the face that shows it.
type Script struct {
	// Say shows a message of the catalogue as a line, as lang.Printer.Say.
	Say func(id string, pairs ...string)
	// Used shows how full the first window is.
	Used func(w usage.Window)
	// Click waits for the user's click (or key) and starts the sign-in; the
	// face may also have its own way to start it.
	Click func(ctx context.Context) error
	// Notified waits for the first notification and returns how many have been
	// shown.
	Notified func(ctx context.Context) int
}

// triggers is how often the demo asks again after a refusal.
const triggers = 10

// Run runs the stations of the demo in order and fails at the first that is not
// reached. The agent must be running.
func (s *Sandbox) Run(ctx context.Context, script Script) error {
	stations := []struct {
		name string
		run  func(context.Context, Script) error
	}{
		{"healthy", s.healthy}, {"refreshed ahead of time", s.refreshed}, {"revoked", s.revoked},
		{"left alone", s.leftAlone}, {"signed in again", s.signedIn}, {"usage", s.used},
	}
	for i, station := range stations {
		if err := station.run(ctx, script); err != nil {
			return fmt.Errorf("demo, station %d of %d (%s): %w", i+1, len(stations), station.name, err)
		}
	}
	script.Say("demo.end")
	return nil
}

func (s *Sandbox) healthy(ctx context.Context, script Script) error {
	st, err := s.await(ctx, func(st auth.State) bool { return st.Status == auth.StatusHealthy })
	if err != nil {
		return err
	}
	script.Say("demo.healthy", "Account", st.Email, "Life", s.life.String())
	return nil
}

func (s *Sandbox) refreshed(ctx context.Context, script Script) error {
	before := s.Agent.Manager().State().ExpiresAt
	st, err := s.await(ctx, func(st auth.State) bool {
		return st.Status == auth.StatusHealthy && st.ExpiresAt.After(before)
	})
	if err != nil {
		return err
	}
	if n := s.server.Refreshes(); n != 1 {
		return fmt.Errorf("%d requests were sent where one was due", n)
	}
	early := s.life - st.ExpiresAt.Sub(before)
	script.Say("demo.refreshed", "Early", early.Round(time.Second).String())
	return nil
}

func (s *Sandbox) revoked(ctx context.Context, script Script) error {
	s.server.RevokeAll()
	err := s.Agent.Refresh(ctx)
	if err == nil { // the tokens were still fresh
		select {
		case <-time.After(auth.Fresh):
		case <-ctx.Done():
			return ctx.Err()
		}
		err = s.Agent.Refresh(ctx)
	}
	if auth.OutcomeOf(err) != auth.OutcomePermanent {
		return fmt.Errorf("the server revoked the sign-in, but the refresh ended otherwise: %v", err) //nolint:errorlint // it may be nil
	}
	_, err = s.await(ctx, func(st auth.State) bool { return st.NeedsSignIn() })
	if err != nil {
		return err
	}
	script.Say("demo.revoked")
	return nil
}

func (s *Sandbox) leftAlone(ctx context.Context, script Script) error {
	sent := s.server.Refreshes()
	for range triggers {
		if err := s.Agent.Refresh(ctx); auth.OutcomeOf(err) != auth.OutcomePermanent {
			return fmt.Errorf("a refused sign-in was not refused again: %v", err) //nolint:errorlint // it may be nil
		}
	}
	if more := s.server.Refreshes() - sent; more != 0 {
		return fmt.Errorf("%d more requests were sent", more)
	}
	if n := script.Notified(ctx); n != 1 {
		return fmt.Errorf("%d notifications were shown where one was due", n)
	}
	script.Say("demo.left_alone", "Times", strconv.Itoa(triggers))
	return nil
}

func (s *Sandbox) signedIn(ctx context.Context, script Script) error {
	if err := script.Click(ctx); err != nil {
		return err
	}
	st, err := s.await(ctx, func(st auth.State) bool { return st.Status == auth.StatusHealthy })
	if err != nil {
		return err
	}
	script.Say("demo.signed_in", "Account", st.Email)
	return nil
}

// used watches a window fill up, be full and be reset, asking all the time.
func (s *Sandbox) used(ctx context.Context, script Script) error {
	script.Say("demo.usage", "Length", (s.life / 2).String())
	steps := []func(usage.Window) bool{
		func(w usage.Window) bool { return !w.Full() },
		usage.Window.Full,
		func(w usage.Window) bool { return !w.Full() },
	}
	for len(steps) > 0 {
		u, err := s.Agent.LookAtUsage(ctx)
		if err != nil {
			return err
		}
		w := usage.Window{}
		if now := u.At(time.Now()); len(now.Windows) > 0 {
			w = now.Windows[0]
		}
		if w.UsedPercent != nil && steps[0](w) {
			script.Used(w)
			steps = steps[1:]
		}
		select {
		case <-time.After(s.life / 32):
		case <-ctx.Done():
			return fmt.Errorf("the first window stays at %+v (%s): %w", w, u.Problem, context.Cause(ctx))
		}
	}
	return nil
}

// await returns the first State that fits.
func (s *Sandbox) await(ctx context.Context, fits func(auth.State) bool) (auth.State, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	last := s.Agent.Manager().State()
	for st := range s.Agent.Manager().Subscribe(ctx) {
		if last = st; fits(st) {
			return st, nil
		}
	}
	return last, errors.Join(fmt.Errorf("it stayed %q", last.Status), context.Cause(ctx))
}
