package cli

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"rekey/ui/words"
)

// Run executes the command line args (without the program's name) and returns
// the exit code. It never ends the process.
func (p *Program) Run(ctx context.Context, args []string) int {
	root := p.root()
	if completing(args) {
		p.describe(root)
	}
	root.SetArgs(args)
	root.SetIn(p.In)
	root.SetOut(p.Out)
	root.SetErr(p.Err)
	return p.finish(root.ExecuteContext(ctx))
}

// root is "rekey" itself: the tray.
func (p *Program) root() *cobra.Command {
	var homes scope
	root := texts("help.rekey", &cobra.Command{
		Use:           "rekey",
		Annotations:   withCodes,
		Args:          p.noArgsOrVersion,
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2, // letters that are wrong, missing or too many

		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if slices.Contains(homes.named, "") { // as from a variable that is not set: it must not mean another home
				return p.misuse("usage.no_value", "Flag", "--home", "Command", cmd.CommandPath())
			}
			return p.checkConfiguration(cmd)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			list, err := p.homes(&homes)
			if err != nil {
				return err
			}
			err = p.Tray(cmd.Context(), list)
			var none *NoTrayError
			if !errors.As(err, &none) {
				return err
			}
			if cmd.Context().Err() != nil {
				return nil // interrupted while it looked for one
			}
			p.tell(p.Words.Say("cli.no_tray", "Why", none.Reason))
			return p.watch(cmd.Context(), list, formatText, false)
		},
	})
	root.PersistentFlags().StringArrayVar(&homes.named, "home", nil, "flag.home")
	_ = root.MarkPersistentFlagDirname("home") // the flag is there
	root.SetFlagErrorFunc(p.flagError)
	p.helpful(root)
	root.AddCommand(p.statusCommand(&homes), p.refreshCommand(&homes), p.watchCommand(&homes), p.usageCommand(&homes), p.lendCommand(&homes), p.addCommand(), p.removeCommand(), p.runCommand(), p.envCommand(), p.homesCommand(&homes), p.promptCommand(&homes), p.tokenCommand(&homes),
		p.loginCommand(&homes), p.logoutCommand(&homes),
		p.windowCommand(&homes), p.autostartCommand(&homes), p.doctorCommand(&homes), p.configCommand(), p.appServerCommand(&homes), p.demoCommand(), p.completionCommand())
	return root
}

func (p *Program) windowCommand(s *scope) *cobra.Command {
	return texts("help.window", &cobra.Command{
		Use:  "window",
		Args: p.noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			homes, err := p.homes(s)
			if err != nil {
				return err
			}
			return p.Window(cmd.Context(), homes)
		},
	})
}

func (p *Program) appServerCommand(s *scope) *cobra.Command {
	var noWatch bool
	cmd := texts("help.app_server", &cobra.Command{
		Use:  "app-server",
		Args: p.noArgs,
		RunE: p.oneHome(s, func(ctx context.Context, home string) error {
			return p.AppServer(ctx, home, noWatch)
		}),
	})
	cmd.Flags().BoolVar(&noWatch, "no-watch", false, "flag.no_watch")
	return cmd
}

func (p *Program) demoCommand() *cobra.Command {
	var o DemoOptions
	cmd := texts("help.demo", &cobra.Command{
		Use:  "demo",
		Args: p.noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.Demo(cmd.Context(), o) },
	})
	cmd.Flags().BoolVar(&o.Auto, "auto", false, "flag.auto")
	cmd.Flags().BoolVar(&o.Text, "text", false, "flag.text")
	return cmd
}

// Tree returns the tree of all commands, for generating documents. Its commands
// cannot be run.
func Tree(version string) *cobra.Command {
	p := &Program{Version: version, Words: words.English()}
	root := p.root()
	root.Version = version // which its own code does not use: see noArgsOrVersion
	p.describe(root)
	root.DisableAutoGenTag = true
	return root
}

// tolerant are the commands that run with the valid part of the configuration:
// long-running ones, and those that help to fix it.
var tolerant = []string{
	"rekey", "watch", "window", "app-server", "doctor", "config", "demo", "help", "completion", "bash", "zsh", "fish", "powershell", "man",
	cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd,
}

// readers are the commands that only read: they show what they find and exit with
// ExitUsage, because it might be about the wrong home.
var readers = []string{"status", "homes"}

// checkConfiguration reports what is invalid in the configuration, and refuses
// one-shot commands, because they might be about the wrong home.
func (p *Program) checkConfiguration(cmd *cobra.Command) error {
	if len(p.Problems) == 0 || cmd.Name() == "help" || cmd.Name() == "prompt" {
		return nil
	}
	for _, problem := range p.Problems {
		p.tellAll(problem)
	}
	if slices.Contains(tolerant, cmd.Name()) || slices.Contains(readers, cmd.Name()) {
		return nil
	}
	return &codeError{code: ExitUsage}
}

// afterProblems is the end of a reader: err, or ExitUsage if the configuration is
// invalid.
func (p *Program) afterProblems(err error) error {
	if len(p.Problems) == 0 {
		return err
	}
	p.finish(err)
	return exitWith(ExitUsage)
}
