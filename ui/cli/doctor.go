package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"rekey/ui/words"
)

// Diagnosis is what was found out about this machine. Nothing of it is secret.
type Diagnosis struct {
	// Report is all of it, for JSON.
	Report any
	// Facts are what there is, in an order that is good to read.
	Facts []Fact
	// Findings are what is wrong, the worst first.
	Findings []Finding
}

// Fact is one thing that is so.
type Fact struct{ Code, About, Value string }

// Finding is one thing that is wrong.
type Finding struct {
	// Severity is "problem", "warning" or "note".
	Severity string
	// About is the home or program, "" for the machine.
	About string
	// What is wrong and what to Do, one clause each.
	What, Do string
}

func (p *Program) doctorCommand(s *scope) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "doctor",
		Short:   "help.doctor.short",
		Long:    "help.doctor.long",
		Example: "help.doctor.example",
		Args:    p.noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			homes, err := p.Homes(s.named)
			p.tellAll(err) // the others can be looked at
			return p.doctor(cmd.Context(), homes, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "flag.json")
	return cmd
}

// doctor prints what was found. A problem makes it fail.
func (p *Program) doctor(ctx context.Context, homes []string, asJSON bool) error {
	d, err := p.Doctor(ctx, homes)
	if err != nil {
		return err
	}
	if asJSON {
		out := json.NewEncoder(p.Out)
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		err = out.Encode(d.Report)
	} else {
		_, err = fmt.Fprint(p.Out, p.diagnosis(d))
	}
	if err != nil {
		return err
	}
	for _, f := range d.Findings {
		if f.Severity == "problem" {
			return exitWith(ExitFailure)
		}
	}
	return nil
}

// Text is the diagnosis for people, without colours and not folded.
func (d Diagnosis) Text(w words.Words) string { return (&Program{Words: w}).diagnosis(d) }

// diagnosis is a report for people.
func (p *Program) diagnosis(d Diagnosis) string {
	var text strings.Builder
	widest := 0
	for _, f := range d.Facts {
		widest = max(widest, cells(p.label(f)))
	}
	for _, f := range d.Facts {
		name := p.label(f)
		fmt.Fprintf(&text, "%s%s  %s\n", name, strings.Repeat(" ", widest-cells(name)), p.Words.Translate(f.Value))
	}
	text.WriteByte('\n')
	if len(d.Findings) == 0 {
		text.WriteString(p.OutScreen.paint(green, p.Words.Say("doctor.well")) + "\n")
	}
	for _, f := range d.Findings {
		sign, how := "·", plain
		switch f.Severity {
		case "problem":
			sign, how = "✖", red
		case "warning":
			sign, how = "▲", yellow
		}
		what := p.Words.Translate(f.What)
		if f.About != "" {
			what = p.Words.Say("cli.of_home", "Home", f.About, "What", what)
		}
		p.paragraph(&text, p.OutScreen.paint(how, sign)+" ", what)
		p.paragraph(&text, "  → ", p.Words.Translate(f.Do))
	}
	return text.String()
}

// paragraph writes lines of a text, the first with something in front of it.
func (p *Program) paragraph(to *strings.Builder, front, text string) {
	for _, line := range p.OutScreen.fold(text, "    ") {
		to.WriteString(front + line + "\n")
		front = "    "
	}
}

// label is what a fact is called, and what it is about.
func (p *Program) label(f Fact) string {
	name := f.Code // of a fact that is newer than this program
	if id, ok := factNames[f.Code]; ok {
		name = p.Words.Say(id)
	}
	if f.About != "" {
		name += " (" + f.About + ")"
	}
	return name
}

// factNames are the messages for the codes of facts.
var factNames = map[string]string{
	"rekey.version":         "doctor.rekey_version",
	"system":                "doctor.system",
	"config.file":           "doctor.config_file",
	"config.hook":           "doctor.hook",
	"home":                  "doctor.home",
	"home.store":            "doctor.store",
	"home.keyring":          "doctor.keyring",
	"home.status":           "doctor.status",
	"home.account":          "doctor.account",
	"home.expires":          "doctor.expires",
	"home.refreshed":        "doctor.refreshed",
	"home.agent":            "doctor.agent",
	"codex.path":            "doctor.codex",
	"codex.version":         "doctor.codex_version",
	"codex.running":         "doctor.codex_running",
	"codex.process":         "doctor.codex_process",
	"desktop.panel":         "doctor.panel",
	"desktop.notifications": "doctor.notifications",
	"desktop.autostart":     "doctor.autostart",
	"desktop.window":        "doctor.window",
	"network.proxy":         "doctor.proxy",
	"network.ca":            "doctor.ca",
	"clock":                 "doctor.clock",
}
