package demo

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"rekey/auth"
	"rekey/usage"
)

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
	script.Say("demo.usage")
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
