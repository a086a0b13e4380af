package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"rekey/auth"
)

func (p *Program) statusCommand(home *string) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say how the sign-in is, sending nothing",
		Long:  "Say how the sign-in is, sending nothing.\n\n" + exitHelp,
		Example: `  rekey status
  rekey status --json | jq -r .state.status`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			report, err := p.Status(cmd.Context(), *home)
			if err != nil {
				return err
			}
			if asJSON {
				err = p.writeJSON(report, true)
			} else {
				err = p.writeText(report.State)
			}
			if err != nil {
				return err
			}
			return statusCode(report.State.Status)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (p *Program) writeJSON(r Report, indented bool) error {
	return auth.NewStateReport(r.Home, r.State, p.Now()).Write(p.Out, indented)
}

// writeText prints what there is to say, a line each.
func (p *Program) writeText(s auth.State) error {
	w, now := p.Words, p.Now()
	lines := []string{w.Headline(s, now)}
	if account := w.Account(s); account != lines[0] {
		lines = append(lines, account)
	}
	lines = append(lines, w.Expiry(s, now), w.Renewal(s, now), w.Obstacle(s))
	for _, line := range lines {
		if line == "" {
			continue
		}
		if _, err := fmt.Fprintln(p.Out, line); err != nil {
			return err
		}
	}
	return nil
}

func (p *Program) refreshCommand(home *string) *cobra.Command {
	return &cobra.Command{
		Use:   "refresh",
		Short: "Renew the sign-in now, or take over what another process renewed",
		Long: `Renew the sign-in now, or take over what another process has renewed. A
sign-in that was refused before is not sent again.

` + exitHelp,
		Example: `  rekey refresh
  rekey refresh --home ~/.codex-work`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			report, err := p.Refresh(cmd.Context(), *home)
			if err == nil {
				if err := p.writeText(report.State); err != nil {
					return err
				}
				return statusCode(report.State.Status)
			}
			return p.refreshError(report.State, err)
		},
	}
}

// refreshError adds the code to a failed renewal: that of the State it left,
// except that an unreached server is its own finding.
func (p *Program) refreshError(s auth.State, err error) error {
	code := ExitCode(s.Status)
	switch {
	case errors.Is(err, context.Canceled): // which is no failure of those who stay
		return &codeError{ExitFailure, errors.New("interrupted")}
	case s.Status == "", errors.Is(err, auth.ErrCannotSave):
		code = ExitFailure
	case auth.OutcomeOf(err) == auth.OutcomeTransient && s.Status != auth.StatusUnreadable:
		code = ExitWaiting
	case code == ExitOK:
		code = ExitFailure
	}
	var refused *auth.RefreshError
	if errors.As(err, &refused) && refused.Permanent {
		err = errors.New("the sign-in cannot be renewed: " + p.Words.Reason(refused.Reason))
	}
	return &codeError{code, err}
}
