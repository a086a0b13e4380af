package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rekey/auth"
	"rekey/ui/words"
	"rekey/usage"
)

func (p *Program) usageCommand(s *scope) *cobra.Command {
	var asJSON bool
	cmd := texts("help.plan_usage", &cobra.Command{
		Use:         "usage",
		Annotations: ownCodes,
		Args:        p.noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.eachHome(s, func(home string, several bool) error {
				var u usage.Usage
				var state auth.State
				err := p.WithSession(cmd.Context(), home, func(ctx context.Context, s auth.Session) (err error) {
					u, err = s.LookAtUsage(ctx)
					state = s.State()
					return err
				})
				if err != nil {
					return err
				}
				now := p.Now()
				code := usageCode(u.At(now), state)
				if asJSON {
					err = usage.NewReport(home, u, now).Write(p.Out, !several)
				} else {
					err = p.writeUsage(home, u.At(now), state, several)
				}
				if err != nil || code == ExitOK {
					return err
				}
				why := cmp.Or(p.Words.UsageProblem(u, now), p.Words.Say("plan_usage_problem.unknown"))
				return &codeError{code, errors.New(why)}
			})
		},
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, "flag.json")
	return cmd
}

// usageCode is the exit code: ExitOK if there are figures.
func usageCode(u usage.Usage, s auth.State) int {
	if u.Figures() {
		return ExitOK
	}
	switch u.Problem {
	case usage.ProblemSignedOut:
		return ExitSignedOut
	case usage.ProblemUnreadable:
		return ExitUnreadable
	case usage.ProblemRefused:
		return ExitCode(s.Status)
	case usage.ProblemExpired, usage.ProblemNotReached, usage.ProblemTooSlow, usage.ProblemBrokenOff, usage.ProblemServer,
		usage.ProblemRateLimited, usage.ProblemRouting:
		return ExitWaiting
	}
	return ExitFailure
}

// writeUsage prints a line for each window, and further notes.
func (p *Program) writeUsage(home string, u usage.Usage, s auth.State, several bool) error {
	var text strings.Builder
	indent, now, w := p.heading(&text, home, several), p.Now(), p.Words
	empty := text.Len()
	for _, line := range p.windowLines(u, now) {
		text.WriteString(indent + line + "\n")
	}
	plan := w.UsagePlan(u, s)
	if plan != "" {
		plan = w.Say("cli.plan", "Plan", plan)
	}
	problem := "" // without figures it is the error
	if u.Figures() {
		problem = w.UsageProblem(u, now)
	}
	age := ""
	if words.OldUsage(u, now) {
		age = w.UsageAge(u, now)
	}
	for _, note := range []string{plan, w.SpendLimit(u, now), w.UsageReached(u), w.Credits(u), w.ResetCredits(u, now), problem, age} {
		if note == "" {
			continue
		}
		for _, part := range p.OutScreen.fold(note, indent) {
			text.WriteString(indent + part + "\n")
		}
	}
	if text.Len() == empty {
		return nil
	}
	_, err := fmt.Fprint(p.Out, text.String())
	return err
}

// windowLines are the windows as a table: name, bar, percentage and the rest.
func (p *Program) windowLines(u usage.Usage, now time.Time) (lines []string) {
	widest := 0
	for _, of := range u.Windows {
		widest = max(widest, cells(p.Words.WindowName(of)))
	}
	for _, of := range u.Windows {
		name := p.Words.WindowName(of)
		text := p.Words.WindowLine(of, now)
		if pace := p.Words.Pace(of, now); pace != "" {
			text += " · " + pace
		}
		space := strings.Repeat(" ", widest-cells(name)+2)
		lines = append(lines, name+space+p.OutScreen.paint(fullness(of), words.Bar(of.UsedPercent, 20))+"  "+text)
	}
	return lines
}

// fullness is the style of a window's bar.
func fullness(of usage.Window) style {
	switch {
	case of.UsedPercent == nil:
		return faint
	case of.Full():
		return red
	case *of.UsedPercent >= 80:
		return yellow
	}
	return green
}
