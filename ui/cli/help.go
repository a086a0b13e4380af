package cli

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The texts of a command are message ids until they are shown, because most
// runs of the program print no help.

// texts gives a command its texts: the messages id.short, id.long and id.example.
func texts(id string, cmd *cobra.Command) *cobra.Command {
	cmd.Short, cmd.Long, cmd.Example = id+".short", id+".long", id+".example"
	return cmd
}

// describe translates the texts of a tree of commands, once.
func (p *Program) describe(cmd *cobra.Command) {
	cmd.InitDefaultHelpCmd()
	say := func(text *string) {
		if *text != "" {
			*text = p.Words.Say(*text)
		}
	}
	say(&cmd.Short)
	say(&cmd.Long)
	say(&cmd.Example)
	if cmd.Annotations["keys"] != "" {
		cmd.Long += p.keysHelp()
	}
	cmd.Long += p.codesHelp(cmd)
	flag := func(f *pflag.Flag) { say(&f.Usage) }
	cmd.LocalNonPersistentFlags().VisitAll(flag)
	cmd.PersistentFlags().VisitAll(flag)
	for _, below := range cmd.Commands() {
		p.describe(below)
	}
}

// helpful sets up the help of a tree of commands in p's language. It sets no
// templates: the linker then leaves text/template out, and with it every method that
// nobody calls.
func (p *Program) helpful(root *cobra.Command) {
	root.PersistentFlags().BoolP("help", "h", false, "flag.help")
	root.Flags().BoolP("version", "v", false, "flag.version")
	root.SetHelpCommand(p.helpCommand())
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		p.describe(root)
		about := cmd.Long
		if about == "" {
			about = cmd.Short
		}
		cmd.Print(p.reflow(strings.TrimRightFunc(about, unicode.IsSpace), false), "\n\n", p.usage(cmd))
	})
}

// usage is how a command is used, as cobra says it, without what is not used here.
func (p *Program) usage(cmd *cobra.Command) string {
	var out strings.Builder
	// chapter begins a part of the text, after an empty line.
	chapter := func(title, text string) {
		out.WriteString("\n\n" + p.Words.Say(title) + "\n" + text)
	}
	out.WriteString(p.Words.Say("help.usage"))
	if cmd.Runnable() {
		out.WriteString("\n  " + p.useLine(cmd))
	}
	if cmd.HasAvailableSubCommands() {
		out.WriteString("\n  " + cmd.CommandPath() + " " + p.Words.Say("help.command"))
	}
	if cmd.HasExample() {
		chapter("help.examples", p.reflow(cmd.Example, true))
	}
	if cmd.HasAvailableSubCommands() {
		var list []string
		for _, below := range cmd.Commands() {
			if below.IsAvailableCommand() || below.Name() == "help" {
				list = append(list, fmt.Sprintf("  %-*s %s", below.NamePadding(), below.Name(), below.Short))
			}
		}
		chapter("help.commands", p.reflow(strings.Join(list, "\n"), false))
	}
	if cmd.HasAvailableLocalFlags() {
		chapter("help.flags", p.reflow(p.flagUsages(cmd.LocalFlags()), false))
	}
	if cmd.HasAvailableInheritedFlags() {
		chapter("help.global_flags", p.reflow(p.flagUsages(cmd.InheritedFlags()), false))
	}
	if cmd.HasAvailableSubCommands() {
		out.WriteString("\n\n" + p.reflow(p.Words.Say("help.more"), false))
	}
	return out.String() + "\n"
}

// reflow is Screen.reflow in p's language.
func (p *Program) reflow(text string, examples bool) string {
	return p.OutScreen.reflow(text, p.Words.Language(), examples)
}

// helpCommand is cobra's own, except for the exit code for an unknown command.
func (p *Program) helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "help.help.short",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return p.unknown(about, append(rest, args...)[0])
			}
			return about.Help()
		},
	}
}

// completing reports whether the shell asks for completions, which show the
// texts of commands.
func completing(args []string) bool {
	return len(args) > 0 && slices.Contains([]string{cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd}, args[0])
}

// noArgsOrVersion is the argument check of "rekey" itself, which says its version
// before anything else.
func (p *Program) noArgsOrVersion(cmd *cobra.Command, args []string) error {
	if asked, _ := cmd.Flags().GetBool("version"); asked { // the flag is there
		cmd.Println("rekey", p.Version)
		return &codeError{code: ExitOK}
	}
	return p.noArgs(cmd, args)
}

// noArgs is the argument check of commands that take none.
func (p *Program) noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return p.unknown(cmd, args[0])
}

// unknown is the error about an unknown argument.
func (p *Program) unknown(cmd *cobra.Command, given string) error {
	if !cmd.HasAvailableSubCommands() {
		return p.misuse("usage.extra", "Given", given, "Command", cmd.CommandPath())
	}
	if near := cmd.SuggestionsFor(given); len(near) > 0 {
		return p.misuse("usage.near", "Given", given, "Near", cmd.CommandPath()+" "+near[0])
	}
	return p.misuse("usage.unknown", "Given", given, "Command", cmd.CommandPath())
}

// flagError is the error about an unknown flag or an invalid value.
func (p *Program) flagError(cmd *cobra.Command, err error) error {
	path := cmd.CommandPath()
	switch e := err.(type) { //nolint:errorlint // as pflag returns them
	case *pflag.NotExistError:
		return p.misuse("usage.unknown_flag", "Flag", dashed(e.GetSpecifiedName()), "Command", path)
	case *pflag.ValueRequiredError:
		return p.misuse("usage.no_value", "Flag", dashed(e.GetSpecifiedName()), "Command", path)
	case *pflag.InvalidValueError:
		return p.misuse("usage.bad_value", "Flag", "--"+e.GetFlag().Name, "Given", e.GetValue(), "Command", path)
	}
	return &codeError{ExitUsage, err}
}

// dashed is a flag as written on the command line.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + strings.TrimLeft(name, "-")
}

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

// flagUsages is pflag's table of flags in p's language, aligned even with
// double-width characters.
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
