package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"rekey/auth"
)

const (
	// usualValidity is the remaining lifetime at which Codex refreshes a token.
	usualValidity = 5 * time.Minute
	// mostValidity bounds what can be asked for: more than tokens ever have
	// would cause a refresh on every call.
	mostValidity = 24 * time.Hour
)

func (p *Program) tokenCommand(s *scope) *cobra.Command {
	var least time.Duration
	cmd := texts("help.token", &cobra.Command{
		Use:         "token",
		Annotations: withCodes,
		Args:        p.noArgs,
		RunE: p.oneHome(s, func(ctx context.Context, home string) error {
			if least < 0 || least > mostValidity {
				return p.misuse("usage.min_validity", "Given", least.String())
			}
			return p.WithSession(ctx, home, func(ctx context.Context, s auth.Session) error {
				return p.token(ctx, s, least)
			})
		}),
	})
	cmd.Flags().DurationVar(&least, "min-validity", usualValidity, "flag.min_validity")
	cmd.Flags().Lookup("min-validity").DefValue = "5m"
	return cmd
}

// token prints the token and nothing else.
func (p *Program) token(ctx context.Context, s auth.Session, least time.Duration) error {
	t, err := s.Token(ctx, least)
	if err != nil {
		return p.tokenError(err, s.State())
	}
	if _, err := fmt.Fprintln(p.Out, t.Token.Reveal()); err != nil {
		return err
	}
	if p.OutScreen.Terminal {
		p.tell(p.Words.Say("cli.token_shown"))
	}
	return nil
}

// tokenError adds the exit code to a failure. It depends only on the error,
// because an agent's State may be older.
func (p *Program) tokenError(err error, s auth.State) error {
	var refused *auth.RefreshError
	var unreadable *auth.UnreadableError
	code := ExitFailure
	switch {
	case errors.Is(err, context.Canceled):
		return ErrInterrupted
	case errors.Is(err, auth.ErrNoCredential):
		code = ExitSignedOut
	case errors.As(err, &unreadable):
		code = ExitUnreadable
	case s.Lent && errors.As(err, new(*auth.ShortLivedError)):
		code = ExitWaiting // until the machine that lends it sends a new one
	case errors.Is(err, auth.ErrCannotSave):
	case errors.As(err, &refused) && !refused.Permanent:
		code = ExitWaiting
	case refused != nil && refused.Reason == auth.ReasonAccountChanged:
	case refused != nil && s.Usable && p.Now().Before(s.ExpiresAt):
		code = ExitExpiring
	case refused != nil:
		code = ExitSignInRequired
	}
	return &codeError{code, err}
}
