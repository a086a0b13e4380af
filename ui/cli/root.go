package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

// Run executes the command line args (without the program's name) and returns
// the exit code. It never ends the process.
func (p *Program) Run(ctx context.Context, args []string) int {
	root := p.root()
	root.SetArgs(args)
	root.SetIn(p.In)
	root.SetOut(p.Out)
	root.SetErr(p.Err)
	return p.finish(root.ExecuteContext(ctx))
}

// root is "rekey" itself: the tray.
func (p *Program) root() *cobra.Command {
	var home string
	root := &cobra.Command{
		Use:   "rekey",
		Short: "Keep your Codex sign-in fresh, and say once when it is dead",
		Long: `Rekey watches the sign-in of OpenAI's Codex, renews it ahead of every Codex
process, alone and safely, and says once when only you can mend it.

Without a command it shows the tray; where there is none, it goes on as
"rekey watch".

` + exitHelp,
		Example: `  rekey                     show the tray
  rekey status              how is my sign-in?
  rekey status --json       the same for a script
  rekey watch --format json one line for each change
  rekey demo                see it work, without an account`,
		Version:       p.Version,
		Args:          usage(cobra.NoArgs),
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := p.Tray(cmd.Context(), home)
			var none *NoTrayError
			if !errors.As(err, &none) {
				return err
			}
			fmt.Fprintln(p.Err, "rekey: "+none.Reason+" Going on as \"rekey watch\".")
			return p.watch(cmd.Context(), home, formatText)
		},
	}
	root.SetVersionTemplate("rekey {{.Version}}\n")
	root.PersistentFlags().StringVar(&home, "home", "", "the Codex home (default: $CODEX_HOME, else ~/.codex)")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &codeError{ExitUsage, err} })
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetHelpCommand(helpCommand())
	root.AddCommand(p.statusCommand(&home), p.refreshCommand(&home), p.watchCommand(&home),
		p.windowCommand(&home), p.appServerCommand(&home), p.demoCommand())
	return root
}

// helpCommand is cobra's own, but for the code when it knows no such command.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Help about any command",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err == nil && len(rest) > 0 {
				err = fmt.Errorf("unknown command %q for %q", rest[0], about.CommandPath())
			}
			if err != nil {
				return &codeError{ExitUsage, err}
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// usage gives the error of an argument check the code for usage.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return &codeError{ExitUsage, err}
		}
		return nil
	}
}

func (p *Program) windowCommand(home *string) *cobra.Command {
	return &cobra.Command{
		Use:   "window",
		Short: "Show the window",
		Long: `Show the window of the Rekey that is running for this home. It is a program of
its own, rekey-window, and goes when it is closed.`,
		Example: "  rekey window",
		Args:    usage(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.Window(cmd.Context(), *home) },
	}
}

func (p *Program) appServerCommand(home *string) *cobra.Command {
	var noWatch bool
	cmd := &cobra.Command{
		Use:   "app-server",
		Short: "Answer the auth part of Codex's app-server protocol on stdin and stdout",
		Long: `Answer initialize, getAuthStatus, account/read, account/login/start,
account/login/cancel and account/logout as "codex app-server" does, one JSON
object a line.`,
		Example: `  printf '%s\n' \
    '{"id":1,"method":"initialize","params":{"clientInfo":{"name":"me","version":"1"}}}' \
    '{"id":2,"method":"getAuthStatus","params":{}}' | rekey app-server`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.AppServer(cmd.Context(), *home, noWatch)
		},
	}
	cmd.Flags().BoolVar(&noWatch, "no-watch", false, "look at the store only when Codex would")
	return cmd
}

func (p *Program) demoCommand() *cobra.Command {
	var o DemoOptions
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "See the main job in a sandbox, without an account",
		Long: `Make a sandbox home and an authorization server on this machine, and show:
healthy, renewed ahead of time, revoked, one notification and no further
request, one click, healthy again. Nothing of yours is touched.`,
		Example: `  rekey demo
  rekey demo --text --auto   in the terminal, without a key`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.Demo(cmd.Context(), o) },
	}
	cmd.Flags().BoolVar(&o.Auto, "auto", false, "do not wait for the click")
	cmd.Flags().BoolVar(&o.Text, "text", false, "stay in the terminal even where there is a tray")
	return cmd
}
