package appserver_test

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/auth/appserver"
	"rekey/internal/box"
	"rekey/internal/fault"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// dial serves h on a socket and connects to it.
func dial(t *testing.T, h appserver.Home) *appserver.Client {
	t.Helper()
	c, _ := dialUntil(t, h)
	return c
}

// dialUntil is dial, and returns what ends the agent.
func dialUntil(t *testing.T, h appserver.Home) (c *appserver.Client, end func()) {
	t.Helper()
	return dialServer(t, &appserver.Server{Home: h, Pushes: true})
}

// dialServer is dialUntil for a server.
func dialServer(t *testing.T, s *appserver.Server) (c *appserver.Client, end func()) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l := must.Get(net.Listen("unix", path))(t)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		nc, err := l.Accept()
		if err != nil {
			return
		}
		if err := s.Serve(ctx, nc); err != nil {
			t.Errorf("Serve: %v", err)
		}
	}()
	t.Cleanup(func() {
		cancel()
		_ = l.Close()
		<-ended
	})
	c = must.Get(appserver.Dial(t.Context(), path))(t)
	t.Cleanup(func() { _ = c.Close() })
	return c, cancel
}

// await returns the first State that fits.
func TestClient(t *testing.T) {
	t.Parallel()
	h := newHome(t, signedIn(), refusing())
	c := dial(t, h)
	if st := c.State(); st != h.manager.State() {
		t.Errorf("got %+v want %+v", st, h.manager.State())
	}

	err := c.Refresh(t.Context())
	if refused, ok := errors.AsType[*auth.RefreshError](err); !ok || !refused.Permanent || refused.Reason != auth.ReasonExpired {
		t.Fatalf("refresh: got %v", err)
	}
	st := kit.Await(t, c, "refused", func(st auth.State) bool { return st.Status == auth.StatusExpiring })

	for i, want := range []bool{true, false} {
		if got, err := c.ClaimNotice(t.Context(), st.Notice); err != nil || got != want {
			t.Errorf("claim %d: got %v, %v", i+1, got, err)
		}
	}
	if err := c.SetPreferences(t.Context(), auth.KeepFresh(true)); err != nil || !h.keep {
		t.Errorf("keep fresh: %v, %v", h.keep, err)
	}
	if err := c.SignIn(t.Context(), auth.SignInDevice); err == nil || err.Error() != "no device here" {
		t.Errorf("sign-in: got %v", err)
	}

	next := must.Get(auth.ParseSnapshot(box.AuthJSON(box.WithAccount(box.Grace()))))(t)
	must.Do(t, h.manager.ReplaceSignIn(t.Context(), next))
	kit.Await(t, c, "Grace's", func(st auth.State) bool { return st.Email == box.Grace().Email })
}

func TestClientOutlivesItsAgent(t *testing.T) {
	c := dial(t, newHome(t, nil, refusing()))
	states := c.Subscribe(t.Context())
	_ = c.Close()
	<-c.Done()
	for range states { // is closed, or the test hangs
	}
	if err := c.Refresh(t.Context()); !errors.Is(err, appserver.ErrAgentGone) {
		t.Errorf("got %v want %v", err, appserver.ErrAgentGone)
	}
}

// TestQuit: a client ends the program around the server where that wants it, and
// knows before it asks.
func TestQuit(t *testing.T) {
	h := newHome(t, signedIn(), refusing())
	c := dial(t, h)
	if err := c.Quit(t.Context()); c.CanQuit() || err == nil || !strings.Contains(err.Error(), "not ended by its clients") {
		t.Errorf("a service can be ended: %v, %v", c.CanQuit(), err)
	}
	ctx, quit := context.WithCancel(t.Context())
	c, _ = dialServer(t, &appserver.Server{Home: h, Quit: quit})
	if err := c.Quit(t.Context()); !c.CanQuit() || err != nil || ctx.Err() == nil {
		t.Errorf("a program with a tray cannot be ended: %v, %v", c.CanQuit(), err)
	}
	// Its end may come before its answer.
	s := &appserver.Server{Home: h, Quit: func() {}}
	c, end := dialServer(t, s)
	s.Quit = end
	if err := c.Quit(t.Context()); err != nil {
		t.Errorf("the end of the connection: %v", err)
	}
}

func TestDialWithoutAgent(t *testing.T) {
	if _, err := appserver.Dial(t.Context(), filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("connected to nothing")
	}
}

// failingHome is a home whose refreshes end with an error.
type failingHome struct {
	*home
	err error
}

func (f failingHome) Refresh(context.Context) error { return f.err }

// endingHome is a home that cannot refresh because its agent ends.
type endingHome struct {
	*home
	begun chan struct{}
}

func (e endingHome) Refresh(ctx context.Context) error {
	close(e.begun)
	<-ctx.Done()
	return context.Cause(ctx)
}

// An agent that ends during a call does not hand its own end to the client as the
// call's: the client does without it.
func TestAgentEndsDuringACall(t *testing.T) {
	h := endingHome{newHome(t, nil, refusing()), make(chan struct{})}
	c, end := dialUntil(t, h)
	go func() { <-h.begun; end() }()
	if err := c.Refresh(t.Context()); !errors.Is(err, appserver.ErrAgentGone) {
		t.Errorf("got %v, want %v", err, appserver.ErrAgentGone)
	}
}

// What a refresh ends with is the same on both sides of the socket.
func TestErrorsCrossTheSocket(t *testing.T) {
	for name, err := range map[string]error{
		"answered":       &auth.RefreshError{Status: 403, Code: "unsupported_country_region_territory"},
		"a web page":     &auth.RefreshError{Status: 200, Page: true},
		"too early":      &auth.RefreshError{Status: 429, NotBefore: time.Now().Add(time.Minute).UTC().Round(0)},
		"offline":        &auth.RefreshError{Err: fault.New("no_connection", "no connection could be made")},
		"lost":           &auth.RefreshError{AnswerLost: true, Err: errors.New("cut off")},
		"refused":        &auth.RefreshError{Permanent: true, Reason: auth.ReasonNoRefreshToken},
		"cannot be kept": auth.CannotSave(fault.New("full", "the disk is full")),
		"a wrong clock":  auth.ErrClock,
		"something else": errors.New("something else"),
	} {
		c := dial(t, failingHome{newHome(t, signedIn(), refusing()), err})
		got := c.Refresh(t.Context())
		if got == nil || got.Error() != err.Error() || auth.OutcomeOf(got) != auth.OutcomeOf(err) ||
			errors.Is(got, auth.ErrCannotSave) != errors.Is(err, auth.ErrCannotSave) || auth.CauseOf(got) != auth.CauseOf(err) {
			t.Errorf("%s: got %v (%s), want %v (%s)", name, got, auth.CauseOf(got), err, auth.CauseOf(err))
		}
	}
}

// A client may leave with an answer unread, which its system tells the server.
func TestClientLeavesWithoutReading(t *testing.T) {
	l := must.Get(net.Listen("unix", filepath.Join(t.TempDir(), "s")))(t)
	t.Cleanup(func() { _ = l.Close() })
	nc := must.Get(net.Dial("unix", l.Addr().String()))(t)
	theirs := must.Get(l.Accept())(t)
	ended := kit.Later(func() error {
		s := &appserver.Server{Home: newHome(t, nil, refusing())}
		return s.Serve(t.Context(), theirs)
	})
	write(nc, hello+"\n")
	must.Get(nc.Read(make([]byte, 1)))(t)
	_ = nc.Close()
	if err := kit.Receive(t, "the end of Serve", ended); err != nil {
		t.Errorf("Serve = %v", err)
	}
}
