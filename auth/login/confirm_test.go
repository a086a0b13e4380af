package login

import (
	"context"
	"errors"
	"strings"
	"testing"

	"rekey/auth"
	"rekey/internal/box"
)

// TestConfirmAtOnce: a question that needs no user is not noticed in the browser.
func TestConfirmAtOnce(t *testing.T) {
	server := boxed(t, box.Config{})
	var order []string
	note := func(what string) func(context.Context, *auth.Snapshot) error {
		return func(_ context.Context, s *auth.Snapshot) error {
			if !server.Works(s.RefreshToken().Reveal()) {
				t.Error(what + " was given no working sign-in")
			}
			order = append(order, what)
			return nil
		}
	}
	f := run(t, Browser{Authority: clientOf(server.Issuer()), Confirm: note("confirm"), Save: note("save")})
	page := open(t, f.page.String())
	if err := f.end(t); err != nil || strings.Join(order, " ") != "confirm save" {
		t.Errorf("called %q, error %v", order, err)
	}
	if !strings.Contains(page.body, "<h1>Signed in</h1>") {
		t.Errorf("the browser was shown %s", page.body)
	}
}

// TestConfirmTakesTime: the browser does not hang until the user answers
// elsewhere, and the port is free meanwhile.
func TestConfirmTakesTime(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer error
		saves  int
	}{"yes": {nil, 1}, "no": {errDeclined, 0}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := boxed(t, box.Config{})
			answers := make(chan error)
			saves := 0
			f := run(t, Browser{
				Authority: clientOf(server.Issuer()),
				Confirm:   func(context.Context, *auth.Snapshot) error { return <-answers },
				Save:      func(context.Context, *auth.Snapshot) error { saves++; return nil },
			})
			page := open(t, f.page.String()) // returns although nobody has answered
			for _, words := range []string{"<h1>One more step</h1>", "You have chosen ada@example.com, a different account.", "Go back to Rekey to confirm"} {
				if !strings.Contains(page.body, words) {
					t.Errorf("the browser was shown no %q: %s", words, page.body)
				}
			}
			f.running(t)
			portIsFree(t, f) // another program may sign in
			answers <- tt.answer
			if err := f.end(t); !errors.Is(err, tt.answer) || saves != tt.saves {
				t.Errorf("saved %d times, error %v", saves, err)
			}
			if works := server.Works(f.signIn.RefreshToken().Reveal()); works != (tt.answer == nil) {
				t.Errorf("the sign-in works: %t", works)
			}
		})
	}
}

// TestConfirmNoAtOnce: the browser is told the truth.
func TestConfirmNoAtOnce(t *testing.T) {
	server := boxed(t, box.Config{})
	f := run(t, Browser{
		Authority: clientOf(server.Issuer()), Save: never(t),
		Confirm: func(context.Context, *auth.Snapshot) error { return errDeclined },
	})
	page := open(t, f.page.String())
	if err := f.end(t); !errors.Is(err, errDeclined) || !strings.Contains(page.body, "Sign-in failed") {
		t.Errorf("error %v, the browser was shown %s", err, page.body)
	}
}

// TestConfirmCancelled: nobody has to answer a question that is withdrawn.
func TestConfirmCancelled(t *testing.T) {
	server := boxed(t, box.Config{})
	asked := make(chan *auth.Snapshot, 1)
	f := run(t, Browser{
		Authority: clientOf(server.Issuer()), Save: never(t),
		Confirm: func(ctx context.Context, s *auth.Snapshot) error {
			asked <- s
			<-ctx.Done()
			return ctx.Err()
		},
	})
	go func() { _, _ = try(t.Context(), "GET", f.page.String()) }() // the page may not come any more
	s := <-asked
	f.cancel()
	if err := f.end(t); !errors.Is(err, ErrCancelled) {
		t.Errorf("got %v, want ErrCancelled", err)
	}
	if server.Works(s.RefreshToken().Reveal()) {
		t.Error("the sign-in that nobody kept still works")
	}
}
