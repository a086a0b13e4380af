package cli_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/ui/cli"
)

// flow is a session whose sign-ins end when the test says so.
type flow struct {
	*kit.Session
	end chan error
}

// SignIn implements auth.Session.
func (f flow) SignIn(ctx context.Context, method auth.SignInMethod) error {
	if err := f.Session.SignIn(ctx, method); err != nil {
		return err
	}
	select {
	case err := <-f.end:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// signingIn runs a command line that signs in, and returns what waits for its
// code, and what gives up.
func signingIn(t *testing.T, p *terminal, args ...string) (f flow, out, errs *written, wait func(code int), giveUp func()) {
	t.Helper()
	f, out, errs = flow{p.session, make(chan error)}, &written{}, &written{}
	p.given, p.Out, p.Err = f, out, errs
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	done := make(chan int, 1)
	go func() { done <- p.Run(ctx, args) }()
	return f, out, errs, func(code int) {
		t.Helper()
		if got := <-done; got != code {
			t.Errorf("rekey %v ends with %d, want %d", args, got, code)
		}
	}, cancel
}

// signingInState is a State in which somebody signs in.
func signingInState(now auth.SignInProgress) auth.State {
	s := kit.State(auth.StatusExpiring, noon)
	s.SigningIn, s.SignIn = true, now
	return s
}

// code is what a device sign-in shows.
var code = auth.SignInProgress{
	Method: auth.SignInDevice, Page: "https://example.com/device", UserCode: "ABCD-1234", Until: noon.Add(15 * time.Minute),
}

func TestLogin(t *testing.T) {
	tests := map[string]struct {
		args  string
		call  string
		shown auth.SignInProgress
		says  []string // in this order
	}{
		"as configured": {"login", "SignIn", auth.SignInProgress{Method: auth.SignInBrowser, Page: "https://example.com/page?a=b"},
			[]string{"Sign in on this page", "\n  https://example.com/page?a=b\n", "rekey login --device"}},
		"codex": {"login --method codex", "SignIn codex", auth.SignInProgress{Method: auth.SignInCodex, Page: "https://example.com/page"},
			[]string{"codex started", "\n  https://example.com/page\n"}},
		"device": {"login --device", "SignIn device", code,
			[]string{"on any device", "\n  https://example.com/device\n", "\n      ABCD-1234\n", "works until 12:15."}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := newTerminal()
			p.with(kit.NewSession(kit.State(auth.StatusExpiring, noon)))
			f, out, errs, wait, _ := signingIn(t, p, strings.Fields(tt.args)...)
			f.Expect(t, tt.call)
			f.Publish(signingInState(auth.SignInProgress{Method: tt.shown.Method}))
			f.Publish(signingInState(tt.shown))
			again := signingInState(tt.shown) // nothing new about the sign-in
			again.Plan = "plus"
			f.Publish(again)
			kit.Eventually(t, "the page", func() bool { return strings.Contains(errs.String(), tt.says[len(tt.says)-1]) })
			f.Publish(kit.State(auth.StatusHealthy, noon))
			f.end <- nil
			wait(cli.ExitOK)
			said := errs.String()
			for _, words := range tt.says {
				_, rest, found := strings.Cut(said, words)
				if !found {
					t.Fatalf("it says\n%s\nwithout %q in its place", errs, words)
				}
				said = rest
			}
			if n := strings.Count(errs.String(), tt.shown.Page); n != 1 {
				t.Errorf("the page is shown %d times:\n%s", n, errs)
			}
			want := "Signed in: ada@example.com · Pro\nCodex processes already running pick it up on their next request.\n"
			if out.String() != want {
				t.Errorf("it prints %q, want %q", out, want)
			}
		})
	}
}

// The State that a sign-in has led to may come after the word that it is done.
func TestLoginWaitsForTheState(t *testing.T) {
	p := newTerminal()
	p.with(kit.NewSession(kit.State(auth.StatusSignedOut, noon)))
	f, out, _, wait, _ := signingIn(t, p, "login")
	f.Expect(t, "SignIn")
	f.end <- nil
	f.Publish(signingInState(code))
	f.Publish(kit.State(auth.StatusHealthy, noon))
	wait(cli.ExitOK)
	if !strings.HasPrefix(out.String(), "Signed in: ada@example.com") {
		t.Errorf("it prints %q", out)
	}
}

func TestLoginAsAnother(t *testing.T) {
	for before, sentence := range map[string]string{
		"ada@example.com": "rekey: grace@example.com replaces ada@example.com.\n",
		"":                "rekey: grace@example.com replaces another account.\n",
	} {
		p := newTerminal()
		state := kit.State(auth.StatusHealthy, noon)
		state.Email, state.Plan = before, ""
		p.with(kit.NewSession(state))
		f, out, errs, wait, _ := signingIn(t, p, "login")
		f.Expect(t, "SignIn")
		state.SigningIn, state.SignIn = true, auth.SignInProgress{Method: auth.SignInBrowser, Other: "grace@example.com\x1b[2J"}
		f.Publish(state)
		f.Expect(t, "AnswerSignIn true")
		f.Publish(kit.State(auth.StatusHealthy, noon))
		f.end <- nil
		wait(cli.ExitOK)
		if got := strings.ReplaceAll(errs.String(), "[2J", ""); got != sentence {
			t.Errorf("it says %q, want %q", errs, sentence)
		}
		if !strings.HasSuffix(out.String(), "\nCodex processes already running may still use the old sign-in; restart them.\n") {
			t.Errorf("it prints %q", out)
		}
	}
}

func TestLoginEndsOtherwise(t *testing.T) {
	t.Run("it fails", func(t *testing.T) {
		p := newTerminal()
		f, out, errs, wait, _ := signingIn(t, p, "login")
		f.Expect(t, "SignIn")
		f.end <- errors.New("the code was not entered in time")
		wait(cli.ExitFailure)
		if errs.String() != "rekey: the code was not entered in time\n" || out.String() != "" {
			t.Errorf("it says %q and prints %q", errs, out)
		}
	})
	t.Run("its user gives up", func(t *testing.T) {
		p := newTerminal()
		f, out, errs, wait, giveUp := signingIn(t, p, "login")
		f.Expect(t, "SignIn")
		giveUp()
		f.Expect(t, "CancelSignIn")
		wait(cli.ExitFailure)
		if errs.String() != "rekey: the sign-in was cancelled\n" || out.String() != "" {
			t.Errorf("it says %q and prints %q", errs, out)
		}
	})
}

// On a terminal a code comes with its picture and the time that is left.
func TestLoginWithACodeOnATerminal(t *testing.T) {
	t.Parallel()
	p := newTerminal()
	columns := 80
	p.ErrScreen = cli.Screen{Terminal: true, Rewrites: true, Width: func() int { return columns }}
	f, _, errs, wait, _ := signingIn(t, p, "login", "--device")
	f.Expect(t, "SignIn device")
	f.Publish(signingInState(code))
	kit.Eventually(t, "the countdown", func() bool {
		return strings.Contains(errs.String(), "\r\x1b[KWaiting; the code works for another 15:00.")
	})
	f.end <- nil
	wait(cli.ExitOK)
	said := errs.String()
	if !strings.Contains(said, "▀") || !strings.HasSuffix(said, "\r\x1b[K") || strings.Contains(said, "works until") {
		t.Errorf("it says\n%q", said)
	}

	// Where it does not fit, there is no picture.
	p = newTerminal()
	p.ErrScreen = cli.Screen{Terminal: true, Width: func() int { return 30 }}
	f, _, errs, wait, _ = signingIn(t, p, "login", "--device")
	f.Expect(t, "SignIn device")
	f.Publish(signingInState(code))
	kit.Eventually(t, "the code", func() bool { return strings.Contains(errs.String(), "works until 12:15.") })
	f.end <- nil
	wait(cli.ExitOK)
	if strings.ContainsAny(errs.String(), "▀█\r\x1b") {
		t.Errorf("it says\n%q", errs)
	}
}
