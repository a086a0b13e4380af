package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"rekey/auth"
	"rekey/ui"
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
its state. If Rekey is running already, only print, until it ends; then take
its place.`,
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
		said := "" // the words of the last line
		for r.State = range s.Subscribe(ctx) {
			if format == formatJSON {
				if err := p.writeJSON(r, false); err != nil {
					return err
				}
				continue
			}
			now := p.Now()
			if line := p.watchLine(r.State, now); line != said {
				said = line
				if _, err := fmt.Fprintln(p.Out, now.Format("15:04:05")+"  "+line); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// watchLine is a State in one line of words.
func (p *Program) watchLine(s auth.State, now time.Time) string {
	line := p.Words.Headline(s, now)
	saidSo := s.Status == auth.StatusExpiring && !s.SigningIn
	if expiry := p.Words.Expiry(s, now); expiry != "" && !saidSo {
		line += " · " + expiry
	}
	return line
}
