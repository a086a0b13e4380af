package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"rekey/auth"
	"rekey/internal/config"
	"rekey/internal/fault"
)

// loginFlags say how to sign in.
type loginFlags struct {
	device, apiKey bool
	method         string
}

func (p *Program) loginCommand(s *scope) *cobra.Command {
	var f loginFlags
	cmd := texts("help.login", &cobra.Command{
		Use:  "login",
		Args: p.noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			method, err := p.loginMethod(f, cmd.Flags().Changed("method"))
			if err != nil {
				return err
			}
			home, err := p.home(cmd, s)
			if err != nil {
				return err
			}
			if f.apiKey {
				return p.loginKey(cmd.Context(), home)
			}
			return p.WithSession(cmd.Context(), home, func(ctx context.Context, s auth.Session) error {
				return p.login(ctx, s, method)
			})
		},
	})
	cmd.Flags().BoolVar(&f.device, "device", false, "flag.device")
	cmd.Flags().BoolVar(&f.apiKey, "api-key-stdin", false, "flag.api_key_stdin")
	cmd.Flags().StringVar(&f.method, "method", "", "flag.method")
	_ = cmd.RegisterFlagCompletionFunc("method", choices(config.Words("sign_in")...)) // the flag is there
	return cmd
}

// loginMethod returns the method that the flags select; named: --method is one
// of them.
func (p *Program) loginMethod(f loginFlags, named bool) (auth.SignInMethod, error) {
	chosen := 0
	for _, given := range []bool{f.device, f.apiKey, named} {
		if given {
			chosen++
		}
	}
	method := auth.SignInMethod(f.method)
	switch {
	case chosen > 1:
		return "", p.misuse("usage.one_method")
	case f.device:
		return auth.SignInDevice, nil
	case named && !slices.Contains(auth.SignInMethods(), method):
		return "", p.misuse("usage.method", "Given", f.method)
	}
	return method, nil
}

// errCancelled means that the user cancelled the sign-in.
var errCancelled error = fault.New("sign_in_cancelled", "the sign-in was cancelled")

// login signs in from start to end. Instructions for the user go to standard
// error, the account that has signed in to standard output.
func (p *Program) login(ctx context.Context, s auth.Session, method auth.SignInMethod) error {
	before := s.State()
	following, stop := context.WithCancel(ctx)
	defer stop()
	var face sync.WaitGroup
	then := "login.running"
	face.Go(func() {
		if p.followSignIn(following, s) {
			then = "login.restart"
		}
	})
	err := s.SignIn(ctx, method)
	stop()
	face.Wait()
	if ctx.Err() != nil {
		s.CancelSignIn()
		return errCancelled
	}
	if err != nil {
		return err
	}
	return p.signedIn(settled(ctx, s, before), then)
}

// settling is how long the new State may take to arrive after an agent has
// reported the end of a sign-in.
const settling = 2 * time.Second

// settled waits for the State after a sign-in and returns it.
func settled(ctx context.Context, s auth.Session, before auth.State) auth.State {
	ctx, cancel := context.WithTimeout(ctx, settling)
	defer cancel()
	for st := range s.Subscribe(ctx) {
		if !st.SigningIn && st != before {
			return st
		}
	}
	return s.State()
}

// signedIn prints the account, and a hint for running Codex processes: they
// only adopt new tokens of the same account.
func (p *Program) signedIn(st auth.State, then string) error {
	who := p.Words.Account(st)
	if who == "" {
		who = p.Words.Credential(st.Method)
	}
	_, err := fmt.Fprintf(p.Out, "%s\n%s\n", p.Words.Say("login.done", "Account", who), p.Words.Say(then))
	return err
}

// loginKey stores an API key from standard input.
func (p *Program) loginKey(ctx context.Context, home string) error {
	if p.InTerminal {
		return p.misuse("usage.api_key_terminal")
	}
	report, err := p.SignInAPIKey(ctx, home)
	switch {
	case errors.Is(err, context.Canceled):
		return errCancelled
	case err != nil:
		return err
	}
	return p.signedIn(report.State, "login.restart")
}

func (p *Program) logoutCommand(s *scope) *cobra.Command {
	return texts("help.logout", &cobra.Command{
		Use:  "logout",
		Args: p.noArgs,
		RunE: p.oneHome(s, func(ctx context.Context, home string) error {
			if err := p.WithSession(ctx, home, p.logout); err != nil {
				return err
			}
			return p.takeBack(ctx, home)
		}),
	})
}

// logout removes the sign-in and says whose it was.
func (p *Program) logout(ctx context.Context, s auth.Session) error {
	before := s.State()
	if err := s.SignOut(ctx); err != nil {
		return err
	}
	text := p.Words.Say("logout.done")
	switch who := p.Words.Account(before); {
	case before.Status == auth.StatusSignedOut:
		text = p.Words.Say("logout.nobody")
	case who != "":
		text = p.Words.Say("logout.done_account", "Account", who)
	}
	_, err := fmt.Fprintln(p.Out, text)
	return err
}
