package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rekey/auth"
	"rekey/usage"
)

func (p *Program) homesCommand(s *scope) *cobra.Command {
	var asJSON bool
	cmd := texts("help.homes", &cobra.Command{
		Use:  "homes",
		Args: p.noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			homes, err := p.homes(s)
			if err != nil {
				return err
			}
			return p.afterProblems(p.listHomes(cmd.Context(), homes, asJSON))
		},
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, "flag.json")
	return cmd
}

// homesReport is what "rekey homes --json" prints.
type homesReport struct {
	Schema int           `json:"schema"`
	At     time.Time     `json:"at"` // UTC
	Homes  []homeOfTable `json:"homes"`
}

// homeOfTable is a home, and the account whose name "rekey run" takes, "" where it
// has no such name.
type homeOfTable struct {
	Account string       `json:"account,omitempty"`
	Home    string       `json:"home"`
	State   auth.State   `json:"state"`
	Usage   *usage.Usage `json:"usage,omitempty"`
}

// listHomes prints each home's State, and how much of its plan is used.
func (p *Program) listHomes(ctx context.Context, homes []string, asJSON bool) error {
	now := p.Now()
	report := homesReport{1, now.UTC().Round(0), []homeOfTable{}}
	for _, home := range homes {
		r, err := p.Status(ctx, home)
		if err != nil {
			return err
		}
		if asJSON {
			report.Homes = append(report.Homes, homeOfTable{p.accountOf(home), home, r.State, p.usageOf(r, now)})
			continue
		}
		line := p.Words.Headline(r.told(), now)
		if tightest := p.Words.Tightest(r.Usage.At(now), now); tightest != "" {
			line = p.Words.Say("cli.with_usage", "What", line, "Usage", tightest)
		}
		if _, err := fmt.Fprintln(p.Out, p.Words.Say("cli.of_home", "Home", p.short(home), "What", line)); err != nil {
			return err
		}
	}
	if !asJSON {
		return nil
	}
	return p.writeIndented(report)
}

// accountOf is the account that a home belongs to, "" where it has no name.
func (p *Program) accountOf(home string) string {
	name, ok := strings.CutPrefix(home, filepath.Join(p.UserHome, ".codex-"))
	if !ok || p.UserHome == "" || !isAccountName(name) {
		return ""
	}
	return name
}
