package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"rekey/auth"
	"rekey/internal/doctor"
	"rekey/lend"
	"rekey/ui/words"
)

func (p *Program) doctorCommand(s *scope) *cobra.Command {
	var asJSON bool
	cmd := texts("help.doctor", &cobra.Command{
		Use:         "doctor",
		Annotations: ownCodes,
		Args:        p.noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			homes, err := p.Homes(s.named)
			return p.doctor(cmd.Context(), homes, err, asJSON)
		},
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, "flag.json")
	return cmd
}

// doctor prints a report. It fails if there is a problem, or if a home cannot
// be examined: then unusable is not nil.
func (p *Program) doctor(ctx context.Context, homes []string, unusable error, asJSON bool) error {
	r, err := p.Doctor(ctx, homes)
	if err != nil {
		return err
	}
	if unusable != nil {
		found := doctor.Finding{Code: doctor.FindUnusable, Severity: doctor.Problem, Args: []any{"Why", unusable}}
		r.Findings = append([]doctor.Finding{found}, r.Findings...)
	}
	if asJSON {
		err = p.writeIndented(reported(r))
	} else {
		_, err = fmt.Fprint(p.Out, p.diagnosis(r))
	}
	if err != nil {
		return err
	}
	for _, f := range r.Findings {
		if f.Severity == doctor.Problem {
			return exitWith(ExitFailure)
		}
	}
	return nil
}

// Diagnosis returns a report for people, without colours or line breaks.
func Diagnosis(r doctor.Report, w words.Words) string { return (&Program{Words: w}).diagnosis(r) }

// told is a finding with its two sentences, for programs.
type told struct {
	doctor.Finding
	What string `json:"what"`
	Do   string `json:"do"`
}

// reported is a report for programs, in English.
func reported(r doctor.Report) any {
	all := struct {
		doctor.Report
		Findings []told `json:"findings"`
	}{r, []told{}}
	for _, f := range r.Findings {
		what, do := sentences(words.English(), r, f)
		all.Findings = append(all.Findings, told{f, what, do})
	}
	return all
}

// sentences returns what is wrong, and what to do.
func sentences(w words.Words, r doctor.Report, f doctor.Finding) (what, do string) {
	pairs := make([]string, len(f.Args))
	for i, arg := range f.Args {
		switch arg := arg.(type) {
		case auth.State:
			if f.Code == doctor.FindSignIn {
				pairs[i] = w.Reason(cmp.Or(arg.Refused, auth.Reason(arg.Obstacle)))
			} else if err := arg.Cause.Err(); err != nil {
				pairs[i] = w.Error(err)
			}
		case lend.Loan:
			pairs[i] = w.LoanTrouble(arg, r.At.Local())
		case error:
			pairs[i] = w.Error(arg)
		default:
			pairs[i] = fmt.Sprint(arg)
		}
		if f.Args[max(0, i-1)] == "Part" {
			pairs[i] = w.Say("doctor.part." + pairs[i])
		}
		pairs[i] = words.Line(r.Clean(pairs[i]))
	}
	return w.Say("finding."+f.Code+".what", pairs...), w.Say("finding."+f.Code+".do", pairs...)
}

// diagnosis is a report for people.
func (p *Program) diagnosis(r doctor.Report) string {
	var text strings.Builder
	widest := 0
	for _, f := range r.Facts {
		widest = max(widest, cells(p.label(f)))
	}
	beside := strings.Repeat(" ", widest+2)
	for _, f := range r.Facts {
		name := p.label(f)
		name += beside[cells(name):]
		for _, line := range p.OutScreen.fold(p.value(r, f), beside) {
			text.WriteString(name + line + "\n")
			name = beside
		}
	}
	text.WriteByte('\n')
	if len(r.Findings) == 0 {
		text.WriteString(p.OutScreen.paint(green, p.Words.Say("doctor.well")) + "\n")
	}
	for _, f := range r.Findings {
		sign, how := "·", plain
		switch f.Severity {
		case doctor.Problem:
			sign, how = "✖", red
		case doctor.Warning:
			sign, how = "▲", yellow
		}
		what, do := sentences(p.Words, r, f)
		if f.About != "" {
			what = p.Words.Say("cli.of_home", "Home", words.Line(f.About), "What", what)
		}
		p.paragraph(&text, p.OutScreen.paint(how, sign)+" ", what)
		p.paragraph(&text, "  → ", do)
	}
	return text.String()
}

// paragraph writes a folded text with front before the first line.
func (p *Program) paragraph(to *strings.Builder, front, text string) {
	for _, line := range p.OutScreen.fold(text, "    ") {
		to.WriteString(front + line + "\n")
		front = "    "
	}
}

// value returns the text of a fact's value.
func (p *Program) value(r doctor.Report, f doctor.Fact) string {
	if f.State != nil {
		return words.Line(r.Clean(p.Words.Headline(*f.State, r.At.Local())))
	}
	value := words.Line(f.Value)
	if f.Word == "" {
		return value
	}
	word := p.Words.Say("doctor.word." + string(f.Word))
	if value == string(f.Word) {
		return word
	}
	return value + " (" + word + ")"
}

// label returns the name of a fact, and what it is about.
func (p *Program) label(f doctor.Fact) string {
	name := p.Words.Say("doctor.fact." + f.Code)
	if f.About != "" {
		name += " (" + words.Line(f.About) + ")"
	}
	return name
}
