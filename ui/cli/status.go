package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rekey/auth"
	"rekey/usage"
)

func (p *Program) statusCommand(s *scope) *cobra.Command {
	var asJSON bool
	cmd := texts("help.status", &cobra.Command{
		Use:         "status",
		Annotations: withCodes,
		Args:        p.noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.afterProblems(p.eachHome(s, func(home string, several bool) error {
				report, err := p.Status(cmd.Context(), home)
				if err != nil {
					return err
				}
				if asJSON {
					err = p.writeJSON(report, !several)
				} else {
					err = p.writeText(report, several)
				}
				if err != nil {
					return err
				}
				if report.Absence != nil {
					p.tell(p.Words.Error(report.Absence))
				}
				return statusCode(report.State.Status)
			}))
		},
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, "flag.json")
	return cmd
}

func (p *Program) writeJSON(r Report, indented bool) error {
	now := p.Now()
	report := auth.NewStateReport(r.Home, r.State, now)
	report.Usage = p.usageOf(r, now)
	return report.Write(p.Out, indented)
}

// usageOf is the usage of a report as programs are told it, nil for nothing known.
func (*Program) usageOf(r Report, now time.Time) *usage.Usage {
	if !r.Usage.Known() {
		return nil
	}
	known := usage.NewReport(r.Home, r.Usage, now).Usage
	return &known
}

// writeText prints a report, below the home's name if there are several.
func (p *Program) writeText(r Report, several bool) error {
	var text strings.Builder
	indent := p.heading(&text, r.Home, several)
	how := styleOf(r.State.Status)
	for _, line := range p.lines(r.told(), p.Now()) {
		for _, part := range p.OutScreen.fold(line, indent) {
			text.WriteString(indent + p.OutScreen.paint(how, part) + "\n")
		}
		how = plain
	}
	_, err := fmt.Fprint(p.Out, text.String())
	return err
}

// heading writes a home's name if there are several, and returns the indent of
// what follows.
func (p *Program) heading(to *strings.Builder, home string, several bool) (indent string) {
	if !several {
		return ""
	}
	to.WriteString(p.OutScreen.paint(bold, p.short(home)) + "\n")
	return "  "
}

// writeIndented prints a value for programs, in several lines.
func (p *Program) writeIndented(v any) error {
	out := json.NewEncoder(p.Out)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(v)
}

// told is the State as text tells it: what no running Rekey keeps fresh does not
// refresh by itself, whatever the preference.
func (r Report) told() auth.State {
	s := r.State
	s.KeepFresh = s.KeepFresh && r.Kept
	return s
}

// lines are the lines about a State. None is empty, and the first is the most
// important.
func (p *Program) lines(s auth.State, now time.Time) (lines []string) {
	w := p.Words
	first := w.Headline(s, now)
	account := w.Account(s)
	if account == first {
		account = ""
	}
	obstacle := w.Obstacle(s)
	if obstacle != "" && s.Cause != "" {
		obstacle = w.Problem(s) // in full: there is room
	}
	for _, line := range []string{first, account, w.Expiry(s, now), w.Refresh(s, now), obstacle} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// styleOf is the style of the first line of a State.
func styleOf(s auth.Status) style {
	switch s {
	case auth.StatusHealthy, auth.StatusRefreshing, auth.StatusAPIKey, auth.StatusExternal:
		return green
	case auth.StatusSignedOut, auth.StatusWaiting:
		return faint
	case auth.StatusExpiring, auth.StatusUnreadable:
		return yellow
	}
	return red
}
