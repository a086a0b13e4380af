package doctor

import (
	"strconv"

	"rekey/auth/agent"
	"rekey/lend"
)

// loans looks at whom the home's sign-in is lent to.
func (f *found) loans(o agent.Options, running bool) {
	loans, err := lend.OpenBook(lend.BookPath(o.Dirs.StateDir(o.Dir))).List()
	if err != nil {
		f.finding(FindLoansUnreadable, Problem, o.Dir, "Why", err)
		return
	}
	if len(loans) == 0 {
		return
	}
	f.fact(FactLoans, o.Dir, strconv.Itoa(len(loans)))
	for _, l := range loans {
		switch {
		case l.Ended != "":
			f.finding(FindLoanEnded, Note, o.Dir, "Who", l.Name, "Why", l)
		case l.Failures > 0:
			f.finding(FindLoanFailing, Warning, o.Dir, "Who", l.Name, "Why", l)
		}
	}
	if !running {
		f.finding(FindLoansNoAgent, Warning, o.Dir)
	}
}
