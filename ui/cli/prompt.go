package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"rekey/auth"
	"rekey/ui"
)

// promptLimit is how long the prompt waits for a store that does not answer.
const promptLimit = 300 * time.Millisecond

func (p *Program) promptCommand(s *scope) *cobra.Command {
	return texts("help.prompt", &cobra.Command{
		Use:         "prompt",
		Annotations: ownCodes,
		Args:        p.noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), promptLimit)
			defer cancel()
			homes, failed := p.Homes(s.named)
			var states []auth.State
			for _, home := range homes {
				report, err := p.Status(ctx, home)
				if err = errors.Join(err, ctx.Err()); err == nil {
					states = append(states, report.State)
				}
				failed = errors.Join(failed, err)
			}
			text := p.prompt(states)
			if text == "" && failed != nil {
				text = p.Words.Say("prompt.unknown") // no output would mean that all is well
			}
			if text != "" {
				fmt.Fprintln(p.Out, text)
			}
			return nil // a shell must be able to go on
		},
	})
}

// prompt is the worst State as a sign and a word or two, "" if it is healthy.
func (p *Program) prompt(states []auth.State) string {
	worst := ui.Worst(states...)
	if worst < 0 {
		return ""
	}
	switch s := states[worst]; s.Status {
	case auth.StatusSignedOut:
		return p.Words.Say("prompt.signed_out")
	case auth.StatusWaiting:
		if s.Cause.Code() != auth.CodeOffline {
			return p.Words.Say("prompt.not_refreshed")
		}
		return p.Words.Say("prompt.waiting")
	case auth.StatusExpiring:
		return p.Words.Say("prompt.expiring", "When", s.ExpiresAt.In(p.Now().Location()).Format("15:04"))
	case auth.StatusSignInRequired:
		return p.Words.Say("prompt.sign_in_required")
	case auth.StatusUnreadable:
		return p.Words.Say("prompt.unreadable")
	}
	return ""
}
