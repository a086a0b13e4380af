package window

import (
	"strings"
	"time"

	"rekey/lend"
	"rekey/ui/words"
)

// LoansView is what the window shows of whom the sign-in is lent to, as a pure
// function of the loans and the clock; without Rows nothing is shown.
type LoansView struct {
	Rows []LoanRow
	// More: there are more than Rows.
	More bool
}

// LoanRow is one borrower.
type LoanRow struct {
	// ID is the loan's.
	ID string
	// Name is the borrower's.
	Name string
	// Heading is the borrower's name, or what is wrong in a sentence that has it; Line is
	// how the loan stands, "" if Heading says all of it.
	Heading, Line string
	// Trouble: the borrower cannot be lent to.
	Trouble bool
	// Push: a push can be asked for.
	Push bool
	// Stop is the label of the button that ends the loan, "" for none; Ask: it asks
	// first.
	Stop string
	Ask  bool
}

// mostLoans is how many borrowers the window shows.
const mostLoans = 20

// LoansOf is what the window shows for loans at the time now.
func LoansOf(w words.Words, loans []lend.Loan, now time.Time) (v LoansView) {
	v.More = len(loans) > mostLoans
	for _, l := range loans[:min(len(loans), mostLoans)] {
		name, trouble := w.Borrower(l), w.LoanTrouble(l, now)
		row := LoanRow{ID: l.ID, Name: name, Heading: name, Line: words.Capital(w.Loan(l, now)), Trouble: trouble != ""}
		if strings.Contains(trouble, words.Line(l.Name)) {
			row.Heading, row.Line, l.Fault = trouble, "", nil
			if l.Ended == "" && l.WorksUntil.After(now) {
				row.Line = words.Capital(w.Loan(l, now))
			}
		}
		switch {
		case l.Ended != "":
			row.Stop = w.Say("tray.loan_forget")
		case l.Ending == "":
			row.Push, row.Ask, row.Stop = true, true, w.Say("window.loan_stop")
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}
