package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"rekey/ui"
	"rekey/ui/words"
)

// The formats of "rekey watch".
const (
	formatText = "text"
	formatJSON = "json"
)

func (p *Program) watchCommand(home *string) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "watch",
		Short: "Keep the sign-in fresh without a tray and print each change",
		Long: `Keep the sign-in fresh without a tray and print one line for each change of
its state. If Rekey is running already, only print.`,
		Example: `  rekey watch
  rekey watch --format json | jq --unbuffered -r .state.status`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.watch(cmd.Context(), *home, format) },
	}
	cmd.Flags().StringVar(&format, "format", formatText, "text or json")
	return cmd
}

// watch prints until ctx ends.
func (p *Program) watch(ctx context.Context, home, format string) error {
	if format != formatText && format != formatJSON {
		return &codeError{ExitUsage, fmt.Errorf("--format is %q; use text or json", format)}
	}
	return p.Watch(ctx, home, func(ctx context.Context, s ui.Session, r Report) error {
		for state := range s.Subscribe(ctx) {
			r.State = state
			if err := p.writeChange(r, format); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *Program) writeChange(r Report, format string) error {
	if format == formatJSON {
		return p.writeJSON(r, false)
	}
	now := p.Now()
	line := now.Format("15:04:05") + "  " + words.Headline(r.State, now)
	if expiry := words.Expiry(r.State, now); expiry != "" {
		line += " · " + expiry
	}
	_, err := fmt.Fprintln(p.Out, line)
	return err
}
