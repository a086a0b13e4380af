package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"rekey/auth"
)

func (p *Program) statusCommand(home *string) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:         "status",
		Short:       "help.status.short",
		Long:        "help.status.long",
		Example:     "help.status.example",
		Annotations: withCodes,
		Args:        p.noArgs,
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
	cmd.Flags().BoolVar(&asJSON, "json", false, "flag.json")
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
