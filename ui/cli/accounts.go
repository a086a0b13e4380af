package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"rekey/auth"
)

// Several accounts are several homes: ~/.codex-NAME beside ~/.codex. Nothing is
// swapped inside a home.

// isAccountName reports whether a name can stand in the name of a folder,
// whatever reads it.
func isAccountName(name string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	return name != "" && len(name) <= 64 && strings.Trim(name, letters+"._-") == "" && strings.Contains(letters, name[:1])
}

// account is the home of an account.
func (p *Program) account(args []string) (home string, err error) {
	if len(args) == 0 || !isAccountName(args[0]) || p.UserHome == "" {
		return "", p.misuse("usage.account_name", "Given", strings.Join(args, " "))
	}
	return filepath.Join(p.UserHome, ".codex-"+args[0]), nil
}

func (p *Program) addCommand() *cobra.Command {
	var device bool
	cmd := &cobra.Command{
		Use:     "add",
		Short:   "help.add.short",
		Long:    "help.add.long",
		Example: "help.add.example",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			home, err := p.account(args)
			if err == nil && len(args) > 1 {
				err = p.misuse("usage.account_name", "Given", strings.Join(args, " "))
			}
			if err != nil {
				return err
			}
			if err := p.MakeHome(home); err != nil {
				return err
			}
			method := auth.SignInPreferred
			if device {
				method = auth.SignInDevice
			}
			err = p.WithSession(cmd.Context(), home, func(ctx context.Context, s auth.Session) error { return p.login(ctx, s, method) })
			if err != nil {
				return err
			}
			return p.AddHome(cmd.Context(), home)
		},
	}
	cmd.Flags().BoolVar(&device, "device", false, "flag.device")
	return cmd
}

func (p *Program) runCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "run",
		Short:   "help.run.short",
		Long:    "help.run.long",
		Example: "help.run.example",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			home, err := p.account(args)
			if at := cmd.ArgsLenAtDash(); err == nil && (at != 1 || len(args) < 2) {
				err = p.misuse("usage.run_command")
			}
			if err != nil {
				return err
			}
			return p.Become(home, args[1:])
		},
	}
}

func (p *Program) envCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "env",
		Short:   "help.env.short",
		Long:    "help.env.long",
		Example: "help.env.example",
		Args:    cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			home, err := p.account(args)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(p.Out, "export CODEX_HOME='%s'\n", strings.ReplaceAll(home, "'", `'\''`))
			return err
		},
	}
}

func (p *Program) homesCommand(s *scope) *cobra.Command {
	return &cobra.Command{
		Use:     "homes",
		Short:   "help.homes.short",
		Long:    "help.homes.long",
		Example: "help.homes.example",
		Args:    p.noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			homes, err := p.homes(s)
			if err != nil {
				return err
			}
			for _, home := range homes {
				report, err := p.Status(cmd.Context(), home)
				if err != nil {
					return err
				}
				if _, err := fmt.Fprintf(p.Out, "%s: %s\n", p.short(home), p.Words.Headline(report.State, p.Now())); err != nil {
					return err
				}
			}
			return nil
		},
	}
}
