package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"rekey/auth"
)

func (p *Program) refreshCommand(s *scope) *cobra.Command {
	return texts("help.refresh", &cobra.Command{
		Use:         "refresh",
		Annotations: withCodes,
		Args:        p.noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.eachHome(s, func(home string, several bool) error {
				report, err := p.Refresh(cmd.Context(), home)
				if err != nil {
					return p.refreshError(report.State, err)
				}
				if err := p.writeText(report, several); err != nil {
					return err
				}
				return statusCode(report.State.Status)
			})
		},
	})
}

// refreshError adds the exit code to a failed refresh: that of the new State,
// except when the server was not reached.
func (p *Program) refreshError(s auth.State, err error) error {
	code := ExitCode(s.Status)
	switch {
	case errors.Is(err, context.Canceled): // being interrupted is not a failure
		return ErrInterrupted
	case s.Status == "", errors.Is(err, auth.ErrCannotSave):
		code = ExitFailure
	case auth.OutcomeOf(err) == auth.OutcomeTransient && s.Status != auth.StatusUnreadable:
		code = ExitWaiting
	case code == ExitOK:
		code = ExitFailure
	}
	return &codeError{code, err}
}
