package words

import (
	"strings"
	"time"

	"rekey/lend"
)

// Loan is how a loan stands, in a line: until when it works, and what is wrong.
func (w Words) Loan(l lend.Loan, now time.Time) string {
	trouble := w.LoanTrouble(l, now)
	switch {
	case l.Ended != "":
		return trouble
	case l.Ending != "":
		return w.Say("loan.ending")
	case trouble != "" && l.WorksUntil.After(now):
		return w.Say("borrower.notice_works", "Why", trouble, "When", w.clock(l.WorksUntil, now))
	case trouble != "":
		return trouble
	case l.WorksUntil.IsZero():
		return w.Say("loan.lent")
	case !l.WorksUntil.After(now):
		return w.Say("loan.expired", "When", w.when(l.WorksUntil, now))
	}
	return w.Say("loan.works", "When", w.clock(l.WorksUntil, now), "Left", w.about(l.WorksUntil.Sub(now)))
}

// LoanTrouble is why a loan has ended, or why its borrower cannot be lent to and since
// when; "" if nothing is wrong.
func (w Words) LoanTrouble(l lend.Loan, now time.Time) string {
	switch {
	case l.Ended != "":
		return w.LoanFault(l.Ended, l.Target, "")
	case l.Fault == nil:
		return ""
	}
	why := w.LoanFault(l.Fault.Code, l.Target, l.Fault.Detail)
	if l.Failures == 0 || l.FailingSince.IsZero() {
		return why
	}
	return w.Say("borrower.since", "What", why, "Since", w.clock(l.FailingSince, now))
}

// Borrower names the borrower of a loan, with the Codex home there if it is not
// the usual one.
func (w Words) Borrower(l lend.Loan) string {
	if l.CodexHome == "" || strings.HasPrefix(l.Name, "home:") {
		return Line(l.Name)
	}
	return w.Say("borrower.named", "Name", Line(l.Name), "Home", Line(l.CodexHome))
}

// LoanRow is a loan with its borrower's name, in a line.
func (w Words) LoanRow(l lend.Loan, now time.Time) string {
	what := w.Loan(l, now)
	if strings.Contains(what, Line(l.Name)) {
		return what // it names the borrower itself
	}
	return w.Say("borrower.line", "Who", w.Borrower(l), "What", what)
}

// LoanNotice is the notification about loans that are Short, of which there is at
// least one.
func (w Words) LoanNotice(short []lend.Loan, now time.Time) (title, body string) {
	first := short[0]
	title = w.Say("borrower.notice_title", "Who", w.Borrower(first))
	if len(short) > 1 {
		title = w.p.Count("borrower.notice_several", len(short))
	}
	id, when, why := "borrower.notice_works", w.clock(first.WorksUntil, now), w.Say("loan_fault.unreachable", "Who", w.Borrower(first))
	if !first.WorksUntil.After(now) {
		id, when = "borrower.notice_expired", w.when(first.WorksUntil, now)
	}
	if first.Fault != nil {
		why = w.LoanFault(first.Fault.Code, first.Target, first.Fault.Detail)
	}
	return title, w.Say(id, "Why", why, "When", when)
}

// LoanNotes are further sentences about a loan.
func (w Words) LoanNotes(l lend.Loan) (notes []string) {
	if l.ClockOff != 0 {
		ahead := time.Duration(l.ClockOff) * time.Second
		id := "loan.clock_ahead"
		if ahead < 0 {
			id, ahead = "loan.clock_behind", -ahead
		}
		notes = append(notes, w.Say(id, "Who", Line(l.Name), "By", w.about(ahead)))
	}
	if l.InPlace {
		notes = append(notes, w.Say("loan.in_place"))
	}
	return notes
}

// LoanFault says in one sentence why a push failed or why a loan has ended.
func (w Words) LoanFault(c lend.Code, t lend.Target, detail string) string {
	who, command := Line(t.Name), t.Name
	if kind, _, ok := strings.Cut(t.Name, ":"); ok {
		command = kind
	}
	if len(t.Command) > 0 {
		command = t.Command[0]
	}
	id := "loan_fault." + string(c)
	if c == lend.OtherFile {
		id = "loan_fault.other_file" // go-i18n keeps "other" for itself
	}
	if text, ok := w.p.Lookup(id, "Who", who, "Command", Line(command)); ok {
		return text
	}
	return w.Say("loan.failed", "Who", who, "Why", Line(detail))
}

// LoanPrinted says until when a printed loan works.
func (w Words) LoanPrinted(until, now time.Time) string {
	if until.IsZero() {
		return w.Say("loan.printed")
	}
	return w.Say("loan.printed_until", "When", w.clock(until, now))
}
