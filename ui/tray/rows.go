package tray

import "rekey/ui/tray/item"

// RowID names a row of the menu. Their order is the menu's.
type RowID int

// The rows.
const (
	RowAccount RowID = iota
	RowState
	RowDetail
	RowExpiry
	RowObstacle
	RowUsage // one for each window of the plan, as many as there are
	RowUsage2
	RowUsage3
	RowUsage4
	RowUsage5
	RowUsage6
	RowUsageProblem
	RowUsageProblem2 // where one is not enough for it
	RowNote
	RowReplace // below a line
	RowKeep
	RowCode
	RowLink
	RowAction
	RowSignInWith // the rows below it are its submenu
	RowBrowser
	RowDevice
	RowCodex
	RowRefresh
	RowLoans // its submenu are the borrowers
	RowLoan  // one for each borrower, whose submenu are the next two; as many as mostLoans
	RowLoanPush
	RowLoanStop
)

// mostLoans is for how many borrowers the menu has rows, and loanRows how many rows
// one of them has.
const (
	mostLoans = 6
	loanRows  = RowLoanStop - RowLoan + 1
)

// The rows below those of the borrowers.
const (
	RowLoansMore RowID = RowLoan + mostLoans*loanRows + iota
	RowDiagnostics
	RowAddAccount
	RowOpen
	RowKeepFresh // below a line
	RowStartAtLogin
	RowSignOut    // below a line; the row below it is its submenu
	RowSignOutNow // a second click, so that nobody signs out by a slip
	RowQuit
	rows
)

// shared reports whether a row belongs to the program and not to one home.
func (id RowID) shared() bool {
	switch id {
	case RowDiagnostics, RowAddAccount, RowKeepFresh, RowStartAtLogin, RowQuit:
		return true
	}
	return false
}

// below returns the row in whose submenu a row is.
func (id RowID) below() (parent RowID, ok bool) {
	switch id {
	case RowBrowser, RowDevice, RowCodex:
		return RowSignInWith, true
	case RowSignOutNow:
		return RowSignOut, true
	case RowLoansMore:
		return RowLoans, true
	}
	loan, row, ok := id.ofLoan()
	switch {
	case ok && row == RowLoan:
		return RowLoans, true
	case ok:
		return RowLoan + RowID(loan)*loanRows, true
	}
	return 0, false
}

// ofLoan reports which borrower a row belongs to, and which of its rows it is.
func (id RowID) ofLoan() (loan int, row RowID, ok bool) {
	if id < RowLoan || id >= RowLoansMore {
		return 0, 0, false
	}
	return int((id - RowLoan) / loanRows), RowLoan + (id-RowLoan)%loanRows, true
}

// part says which rows a menu has.
type part int

// With a single home its rows and the program's are one menu. With several
// homes each has a submenu, and the program's rows are below them.
const (
	everything part = iota
	ofHome
	ofProgram
)

// has reports whether a row belongs to a part.
func (p part) has(id RowID) bool {
	return p == everything || id.shared() == (p == ofProgram)
}

// lined reports whether there is a separator above a row.
func (p part) lined(id RowID) bool {
	switch id {
	case RowReplace:
		return p != ofProgram
	case RowKeepFresh, RowSignOut:
		return p == everything
	case RowDiagnostics, RowQuit:
		return p == ofProgram
	}
	return false
}

// checkable reports whether a row is a switch.
func (id RowID) checkable() bool { return id == RowKeepFresh || id == RowStartAtLogin }

// Row is one row of the menu.
type Row = item.Row

// Rows are indexed by RowID.
type Rows [rows]Row

// offer shows a row that can be clicked.
func (r *Rows) offer(id RowID, label string, offered bool) {
	if offered {
		r[id] = Row{Label: label, Enabled: true}
	}
}
