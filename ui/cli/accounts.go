package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"rekey/auth"
)

// Several accounts are several homes: ~/.codex-NAME beside ~/.codex. Accounts
// are never swapped inside a home.

// isAccountName reports whether a name can stand in the name of a folder,
// whatever reads it.
func isAccountName(name string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	return name != "" && len(name) <= 64 && strings.Trim(name, letters+"._-") == "" && strings.Contains(letters, name[:1])
}

// account returns the home of an account.
func (p *Program) account(name string) (home string, err error) {
	if !isAccountName(name) || p.UserHome == "" {
		return "", p.misuse("usage.account_name", "Given", fmt.Sprintf("%q", name))
	}
	return filepath.Join(p.UserHome, ".codex-"+name), nil
}

// present is the home of an account that has one.
func (p *Program) present(name string) (home string, err error) {
	home, err = p.account(name)
	if err != nil {
		return "", err
	}
	names := slices.DeleteFunc(p.Accounts(), func(name string) bool { return !isAccountName(name) })
	switch {
	case slices.Contains(names, name):
		return home, nil
	case len(names) == 0:
		return "", p.misuse("usage.no_accounts", "Home", p.short(home), "Name", name)
	}
	return "", p.misuse("usage.no_account", "Home", p.short(home), "Names", p.Words.List(names))
}

func (p *Program) addCommand() *cobra.Command {
	var device bool
	var like string
	cmd := texts("help.add", &cobra.Command{
		Use:  "add NAME",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			home, err := p.oneAccount(cmd, args)
			if err != nil {
				return err
			}
			if err := p.makeHome(home, like); err != nil {
				return err
			}
			homes, err := p.homes(&scope{named: []string{home}})
			if err != nil {
				return err
			}
			method := auth.SignInPreferred
			if device {
				method = auth.SignInDevice
			}
			err = p.WithSession(cmd.Context(), homes[0], func(ctx context.Context, s auth.Session) error { return p.login(ctx, s, method) })
			if err != nil {
				return err
			}
			return p.AddHome(cmd.Context(), home)
		},
	})
	cmd.Flags().BoolVar(&device, "device", false, "flag.device")
	cmd.Flags().StringVar(&like, "like", "", "flag.like")
	return cmd
}

// oneAccount is the home of the one account that is named.
func (p *Program) oneAccount(cmd *cobra.Command, args []string) (home string, err error) {
	if len(args) == 0 {
		return "", p.misuse("usage.no_value", "Flag", "NAME", "Command", cmd.CommandPath())
	}
	return p.account(strings.Join(args, " "))
}

// makeHome makes an account's home like another one, and says what was left out.
func (p *Program) makeHome(home, like string) error {
	if like != "" {
		from, err := p.likeHome(like)
		if err != nil {
			return err
		}
		like = from
	}
	copied, err := p.MakeHome(home, like)
	if err != nil {
		return err
	}
	if len(copied.Files) > 0 {
		p.tell(p.Words.Say("cli.copied_like", "Home", p.short(like), "Files", p.Words.List(copied.Files)))
	}
	for _, file := range slices.Sorted(maps.Keys(copied.Left)) {
		p.tell(p.Words.Say("cli.left_file", "File", file, "Why", p.Words.Error(copied.Left[file])))
	}
	return nil
}

// likeHome is the home that --like names: an account's, or a folder.
func (p *Program) likeHome(given string) (string, error) {
	if isAccountName(given) {
		return p.account(given)
	}
	if homes, err := p.Homes([]string{given}); err == nil && len(homes) == 1 {
		return homes[0], nil
	}
	return "", p.misuse("usage.like", "Given", given)
}

func (p *Program) removeCommand() *cobra.Command {
	return texts("help.remove", &cobra.Command{
		Use:  "remove NAME",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			home, err := p.oneAccount(cmd, args)
			if err != nil {
				return err
			}
			removed, err := p.RemoveHome(cmd.Context(), home)
			switch {
			case err != nil:
				return err
			case !removed:
				return p.misuse("usage.removed_home", "Home", p.short(home))
			}
			p.tell(p.Words.Say("cli.account_removed", "Home", p.short(home), "Command", "rekey logout --home "+p.short(home)))
			return nil
		},
	})
}

func (p *Program) runCommand() *cobra.Command {
	return texts("help.run", &cobra.Command{
		Use:         "run NAME -- COMMAND",
		Annotations: ownCodes,
		Args:        cobra.ArbitraryArgs,

		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if at := cmd.ArgsLenAtDash(); at != 1 || len(args) < 2 || args[1] == "" {
				return p.misuse("usage.run_command")
			}
			home, err := p.present(args[0])
			if err != nil {
				return err
			}
			err = p.Become(home, args[1:])
			switch {
			case errors.Is(err, ErrNoProgram):
				return &codeError{ExitNoProgram, err}
			case errors.Is(err, ErrNotStarted):
				return &codeError{ExitNotStarted, err}
			}
			return err
		},
	})
}

func (p *Program) envCommand() *cobra.Command {
	return texts("help.env", &cobra.Command{
		Use:  "env NAME",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			home, err := p.oneAccount(cmd, args)
			if err == nil {
				home, err = p.present(args[0])
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(p.Out, "export CODEX_HOME='%s'\n", strings.ReplaceAll(home, "'", `'\''`))
			return err
		},
	})
}
