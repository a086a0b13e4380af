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
		Use:     "watch",
		Short:   "help.watch.short",
		Long:    "help.watch.long",
		Example: "help.watch.example",
		Args:    p.noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.watch(cmd.Context(), *home, format) },
	}
	cmd.Flags().StringVar(&format, "format", formatText, "flag.format")
	_ = cmd.RegisterFlagCompletionFunc("format", choices(formatText, formatJSON)) // the flag is there
	return cmd
}

// watch prints until ctx ends.
func (p *Program) watch(ctx context.Context, home, format string) error {
	if format != formatText && format != formatJSON {
		return p.misuse("usage.format", "Given", format)
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
