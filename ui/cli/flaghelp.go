package cli

import (
	"regexp"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// useLine is cobra's line of usage in p's language.
func (p *Program) useLine(cmd *cobra.Command) string {
	return strings.NewReplacer(
		"[flags]", p.Words.Say("help.any_flags"), "[command]", p.Words.Say("help.command"),
	).Replace(cmd.UseLine())
}

// A line of pflag's about a flag: the flag, a gap, what it is for, the default.
var (
	flagLine    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^( +(?:-\w, )?--\S+(?: \S+)?) {2,}(.*)$`) })
	flagDefault = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\(default (.*)\)$`) })
)

// flagUsages is pflag's table of flags in p's language, in line also where a
// character is twice as wide as another.
func (p *Program) flagUsages(flags *pflag.FlagSet) string {
	var names, texts []string
	widest := 0
	for _, line := range strings.Split(strings.TrimRight(flags.FlagUsages(), "\n"), "\n") {
		name, text := line, ""
		if m := flagLine().FindStringSubmatch(line); m != nil {
			name, text = m[1], m[2]
		}
		if m := flagDefault().FindStringSubmatchIndex(text); m != nil {
			text = p.Words.Say("help.default", "Text", strings.TrimSpace(text[:m[0]]), "Value", text[m[2]:m[3]])
		}
		names, texts = append(names, name), append(texts, text)
		widest = max(widest, cells(name))
	}
	for i, name := range names {
		gap := strings.Repeat(" ", widest-cells(name)+3)
		names[i] = strings.TrimRight(name+gap+texts[i], " ")
	}
	return strings.Join(names, "\n")
}
