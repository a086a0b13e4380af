package tray

import (
	"strings"
	"time"

	"rekey/auth"
	"rekey/lend"
	"rekey/ui/words"
	"rekey/usage"
)

func homeMenu(w words.Words, v View, now time.Time, can Abilities) HomeModel {
	var m HomeModel
	s := v.State
	m.inform(w, s, now)
	m.measure(w, v.Usage.At(now), now)
	m.Rows[RowNote].Label = words.Clip(words.Line(v.Note), noteLimit)
	m.stress(can)
	m.ask(w, s, can)
	main, label := w.MainAction(s)
	if main != words.ActionOpenFolder || can.OpenFolder {
		m.Main = main
		m.Rows.offer(RowAction, label, main != words.ActionNone)
	}
	if m.Main == words.ActionSignIn {
		m.otherWays(w, s)
	}
	if words.Refreshable(s) {
		m.Rows[RowRefresh] = Row{Label: w.Say("action.refresh"), Enabled: s.Status == auth.StatusHealthy}
	}
	m.lent(w, v.Loans, now, can)
	m.Rows.offer(RowOpen, w.Say("tray.open"), can.OpenWindow)
	if canSignOut(s) {
		m.Rows.offer(RowSignOut, w.Say("tray.sign_out"), true)
		m.Rows.offer(RowSignOutNow, signOutNow(w, s), true)
	}
	return m
}

// inform fills in the rows that only say something, each thing once.
func (m *HomeModel) inform(w words.Words, s auth.State, now time.Time) {
	m.Rows[RowAccount].Label = w.Account(s)
	m.Rows[RowState].Label = w.Headline(s, now)
	m.Rows[RowDetail].Label = w.Refresh(s, now)
	m.Rows[RowExpiry].Label = w.Expiry(s, now)
	m.Rows[RowObstacle].Label = w.Obstacle(s)
	if m.Rows[RowState] == m.Rows[RowAccount] {
		m.Rows[RowState].Label = ""
	}
	switch s.Status {
	case auth.StatusRefreshing, auth.StatusWaiting, auth.StatusSignInRequired:
		m.Rows[RowDetail].Label = "" // the first line has said it
	case auth.StatusExpiring:
		m.Rows[RowExpiry].Label = ""
	}
	for id := range RowUsage {
		m.Rows[id].Label = words.Clip(m.Rows[id].Label, rowLimit)
	}
}

// measure fills in how much of the plan is used, a row for each window and up
// to two for the workspace's cap. A row, or two if it is long, says how old the figures
// are and why, if there are no newer ones.
func (m *HomeModel) measure(w words.Words, u usage.Usage, now time.Time) {
	var texts []string
	for _, of := range u.Windows {
		texts = append(texts, w.WindowRow(of, now))
	}
	for _, text := range []string{w.SpendLimit(u, now), w.UsageReached(u)} {
		if text != "" {
			texts = append(texts, text)
		}
	}
	for i, text := range texts[:min(len(texts), int(RowUsageProblem-RowUsage))] {
		m.Rows[RowUsage+RowID(i)].Label = words.Clip(text, noteLimit)
	}
	m.Rows[RowUsageProblem].Label, m.Rows[RowUsageProblem2].Label = words.Wrap(w.UsageNote(u, now), noteLimit)
}

// lent fills in the borrowers, if there are any, and what can be done about them.
func (m *HomeModel) lent(w words.Words, loans []lend.Loan, now time.Time, can Abilities) {
	m.Rows.offer(RowLoans, w.Say("tray.loans"), len(loans) > 0)
	for i, l := range loans[:min(len(loans), mostLoans)] {
		m.Loans[i] = l.ID
		row := RowLoan + RowID(i)*loanRows
		m.Rows.offer(row, words.Clip(w.LoanRow(l, now), noteLimit), true)
		m.Rows.offer(row+RowLoanPush-RowLoan, w.Say("tray.loan_push"), l.Ended == "" && l.Ending == "")
		stop := "tray.loan_stop"
		if l.Ended != "" {
			stop = "tray.loan_forget"
		}
		m.Rows.offer(row+RowLoanStop-RowLoan, w.Say(stop), l.Ending == "")
	}
	m.Rows.offer(RowLoansMore, w.Say("tray.loans_more"), len(loans) > mostLoans && can.OpenWindow)
}

// stress makes a click on informative rows open the window, because panels grey
// out rows that cannot be clicked.
func (m *HomeModel) stress(can Abilities) {
	for id := RowAccount; id <= RowNote; id++ {
		m.Rows[id].Enabled = can.OpenWindow && m.Rows[id].Label != ""
	}
}

// ask fills in what a running sign-in asks of the user.
func (m *HomeModel) ask(w words.Words, s auth.State, can Abilities) {
	p := s.SignIn
	switch {
	case !s.SigningIn:
	case p.Other != "":
		m.Rows[RowDetail] = Row{Label: words.Clip(w.Say("tray.another", "Who", words.Line(p.Other)), rowLimit), Enabled: can.OpenWindow}
		m.Rows[RowExpiry].Label = ""
		m.Rows.offer(RowReplace, words.Clip(w.Say("tray.replace", "Who", words.Line(p.Other)), rowLimit), true)
		m.Rows.offer(RowKeep, words.Clip(w.Say("tray.keep", "Who", who(w, s)), rowLimit), true)
	case p.UserCode != "":
		code := words.Line(p.UserCode)
		if can.Copy {
			m.Rows.offer(RowCode, w.Say("tray.copy_code", "Code", code), true)
		} else {
			m.Rows[RowCode].Label = w.Say("tray.code", "Code", code)
		}
		m.Rows.offer(RowLink, words.Clip(w.Say("tray.copy_page", "Page", short(p.Page)), rowLimit), can.Copy && p.Page != "")
	case p.Page != "":
		m.Rows.offer(RowLink, w.Say("tray.copy_link"), can.Copy)
	}
}

// short is a page's address without the obvious parts.
func short(page string) string {
	return strings.TrimPrefix(words.Line(page), "https://")
}

// otherWays offers the ways to sign in that the main action does not take.
func (m *HomeModel) otherWays(w words.Words, s auth.State) {
	m.Rows.offer(RowSignInWith, w.Say("tray.sign_in_with"), true)
	for _, way := range words.OtherWays(s) {
		m.Rows.offer(rowOf(way), w.Way(way), true)
	}
}

// rowOf is the row that signs in in one way.
func rowOf(way auth.SignInMethod) RowID {
	switch way {
	case auth.SignInDevice:
		return RowDevice
	case auth.SignInCodex:
		return RowCodex
	}
	return RowBrowser
}

// canSignOut reports whether there are credentials to remove that are Codex's
// own.
func canSignOut(s auth.State) bool {
	switch s.Status {
	case auth.StatusSignedOut, auth.StatusExternal, auth.StatusUnreadable:
		return false
	}
	return !s.SigningIn
}

func signOutNow(w words.Words, s auth.State) string {
	if s.Email == "" {
		return w.Say("tray.sign_out_plain")
	}
	return words.Clip(w.Say("tray.sign_out_now", "Who", who(w, s)), rowLimit)
}

// who is the current sign-in in a few words.
func who(w words.Words, s auth.State) string {
	if email := words.Line(s.Email); email != "" {
		return email
	}
	return w.Credential(s.Method)
}
