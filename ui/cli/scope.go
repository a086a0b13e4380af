package cli

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// scope says which homes a command is about.
type scope struct {
	named []string // by --home
}

// homes returns the homes of a command, at least one. It prints why a home
// cannot be found.
func (p *Program) homes(s *scope) ([]string, error) {
	homes, err := p.Homes(s.named)
	if len(homes) == 0 {
		return nil, &codeError{ExitUsage, err}
	}
	p.tellAll(err)
	return homes, nil
}

// home returns the home of a command for a single home: the first.
func (p *Program) home(cmd *cobra.Command, s *scope) (string, error) {
	if len(s.named) > 1 {
		return "", p.misuse("usage.one_home", "Command", cmd.CommandPath())
	}
	homes, err := p.Homes(s.named)
	if len(homes) == 0 {
		return "", &codeError{ExitUsage, err}
	}
	return homes[0], nil
}

// oneHome turns a function for one home into a command's.
func (p *Program) oneHome(s *scope, do func(ctx context.Context, home string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, _ []string) error {
		home, err := p.home(cmd, s)
		if err != nil {
			return err
		}
		return do(cmd.Context(), home)
	}
}

// eachHome calls do for every home of a command in turn. An error of one is
// printed and does not stop the others. The exit code is the worst.
func (p *Program) eachHome(s *scope, do func(home string, several bool) error) error {
	homes, err := p.Homes(s.named)
	if len(homes) == 0 {
		return &codeError{ExitUsage, err}
	}
	if len(homes) == 1 && err == nil {
		return do(homes[0], false)
	}
	code := ExitOK
	if err != nil {
		p.tellAll(err)
		code = ExitUsage
	}
	for _, home := range homes {
		err := do(home, len(homes) > 1)
		if errors.Is(err, context.Canceled) {
			return err
		}
		c, what := p.codeOf(err)
		if what != "" {
			p.tell(p.Words.Say("cli.of_home", "Home", p.short(home), "What", what))
		}
		code = worse(code, c)
	}
	return exitWith(code)
}

// short is a home's path as the user writes it.
func (p *Program) short(home string) string {
	rest, ok := strings.CutPrefix(home, p.UserHome+string(filepath.Separator))
	if !ok || p.UserHome == "" {
		return home
	}
	return "~" + string(filepath.Separator) + rest
}
