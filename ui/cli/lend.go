package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rekey/internal/fault"
	"rekey/lend"
)

// lendFlags are those of "rekey lend".
type lendFlags struct {
	codexHome                    string
	stop, print, asJSON, replace bool
}

func (p *Program) lendCommand(s *scope) *cobra.Command {
	var f lendFlags
	cmd := texts("help.lend", &cobra.Command{
		Use:  "lend [TARGET]",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			target, command, err := p.lendArgs(cmd, args, f)
			if err != nil {
				return err
			}
			return p.oneHome(s, func(ctx context.Context, home string) error {
				owner, running, err := p.Lending(ctx, home)
				if err != nil {
					return err
				}
				if err := p.lend(ctx, owner, f, target, command); err != nil {
					return err
				}
				if loans, _ := owner.Book.List(); !running && len(loans) > 0 && !f.asJSON && !f.print {
					p.tell(p.Words.Say("loan.no_agent"))
				}
				return nil
			})(cmd, nil)
		},
	})
	cmd.Flags().StringVar(&f.codexHome, "codex-home", "", "flag.codex_home")
	cmd.Flags().BoolVar(&f.stop, "stop", false, "flag.lend_stop")
	cmd.Flags().BoolVar(&f.print, "print", false, "flag.lend_print")
	cmd.Flags().BoolVar(&f.replace, "replace", false, "flag.lend_replace")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "flag.json")
	return cmd
}

// lendArgs separates the target from the user's own command after "--".
func (p *Program) lendArgs(cmd *cobra.Command, args []string, f lendFlags) (target string, command []string, err error) {
	if at := cmd.ArgsLenAtDash(); at >= 0 {
		args, command = args[:at], args[at:]
	}
	switch {
	case len(args) > 1, len(args) == 1 && len(command) > 0:
		return "", nil, p.misuse("usage.lend_one")
	case len(args) == 1:
		target = args[0]
	}
	set := 0
	for _, one := range []bool{f.stop, f.print, f.asJSON, f.replace} {
		if one {
			set++
		}
	}
	if set > 1 {
		return "", nil, p.misuse("usage.lend_two")
	}
	none := target == "" && len(command) == 0
	if f.print && !none || (f.stop || f.replace) && none {
		return "", nil, p.misuse("usage.lend_flag")
	}
	return target, command, nil
}

// lend does what the command line asks for.
func (p *Program) lend(ctx context.Context, owner *lend.Owner, f lendFlags, name string, command []string) error {
	switch {
	case f.print:
		return p.printLoan(owner)
	case name == "" && len(command) == 0:
		return p.listLoans(owner, f.asJSON)
	}
	t, err := lend.ParseTarget(name, command, f.codexHome)
	switch {
	case err != nil && f.stop: // the id of a loan is enough
		return p.stopLoan(ctx, owner, lend.Target{Name: name, CodexHome: f.codexHome})
	case err != nil:
		return p.misuse("usage.lend_target", "Given", name)
	case f.stop:
		return p.stopLoan(ctx, owner, t)
	}
	if p.ErrScreen.Terminal {
		p.tell(p.Words.Say("loan.lending", "Who", t.Name))
	}
	l, err := owner.Lend(ctx, t, f.replace)
	if err != nil {
		return p.loanError(err, t)
	}
	for _, note := range p.Words.LoanNotes(l) {
		p.tell(note)
	}
	_, err = fmt.Fprintf(p.Out, "%s: %s\n", t.Name, p.Words.Loan(l, p.Now()))
	return err
}

// loanError returns a fault in words.
func (p *Program) loanError(err error, t lend.Target) error {
	if f, ok := errors.AsType[*lend.Fault](err); ok {
		text := p.Words.LoanFault(f.Code, t, f.Detail)
		if f.Code.Foreign() && f.Code != lend.SignedOut {
			text = p.Words.Say("loan.replaceable", "Why", text)
		}
		return &codeError{ExitFailure, errors.New(text)}
	}
	return err
}

func (p *Program) stopLoan(ctx context.Context, owner *lend.Owner, t lend.Target) error {
	err := owner.Stop(ctx, t)
	if f, ok := errors.AsType[*lend.Fault](err); ok && !f.Code.Foreign() {
		p.tell(p.Words.LoanFault(f.Code, t, f.Detail))
		p.tell(p.Words.Say("loan.stop_later"))
		return exitWith(ExitFailure)
	}
	if errors.Is(err, lend.ErrNoLoan) {
		return fault.New("no_loan", "nothing is lent to {{.Who}}", "Who", t.Name)
	}
	return p.loanError(err, t)
}

// takeBack takes everything back that a home has lent, unless a running Rekey does.
func (p *Program) takeBack(ctx context.Context, home string) error {
	owner, running, err := p.Lending(ctx, home)
	if err != nil || running {
		return err
	}
	loans, err := owner.Book.List()
	for _, l := range loans {
		if p.ErrScreen.Terminal {
			p.tell(l.Name + ": " + p.Words.Say("loan.ending"))
		}
		err = cmp.Or(err, p.stopLoan(ctx, owner, l.Target))
	}
	return err
}

// printLoan prints a loan for a place that cannot be pushed to.
func (p *Program) printLoan(owner *lend.Owner) error {
	content, until, err := owner.Print()
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(p.Out, "%s\n", content); err != nil {
		return err
	}
	p.tell(p.Words.LoanPrinted(until, p.Now()))
	return nil
}

// loansReport is what "rekey lend --json" prints.
type loansReport struct {
	Schema int         `json:"schema"`
	At     time.Time   `json:"at"`
	Loans  []lend.Loan `json:"loans"`
}

func (p *Program) listLoans(owner *lend.Owner, asJSON bool) error {
	loans, err := owner.Book.List()
	if err != nil {
		return err
	}
	if asJSON {
		if loans == nil {
			loans = []lend.Loan{}
		}
		return p.writeIndented(loansReport{1, p.Now().UTC().Round(0), loans})
	}
	if len(loans) == 0 {
		p.tell(p.Words.Say("loan.none"))
	}
	var text strings.Builder
	for _, l := range loans {
		text.WriteString(p.Words.LoanRow(l, p.Now()) + "\n")
		for _, note := range p.Words.LoanNotes(l) {
			text.WriteString("  " + note + "\n")
		}
	}
	_, err = fmt.Fprint(p.Out, text.String())
	return err
}
