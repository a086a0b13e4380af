package auth

import (
	"strings"
	"time"

	"rekey/internal/fault"
)

// A loan is a credential store on another machine, or in another home, that
// holds a sign-in's access token and a marker in place of its refresh token.
// The refresh token stays with the owner, which alone refreshes and hands out
// new access tokens. To Codex a loan looks like an ordinary ChatGPT sign-in.
const (
	// loanScheme begins every marker, including those of future versions. A
	// token that begins with it is never sent to a server.
	loanScheme = "rekey-loan:"
	loanV1     = loanScheme + "v1:"
	// maxLoanID is the length of the longest id of a loan.
	maxLoanID = 64
)

// ErrNotLendable means that there is nothing to lend: there is no ChatGPT
// sign-in with an access token, or it is itself a loan.
var ErrNotLendable error = fault.New("not_lendable", "only a ChatGPT sign-in of this machine's own can be lent")

// Loans counts the machines and homes that a sign-in is lent to. Values can be
// compared with ==.
type Loans struct {
	// Count is the number of current loans.
	Count int `json:"count"`
	// Failing is how many of them could not be reached the last time.
	Failing int `json:"failing,omitempty"`
	// Ended is how many recently ended by themselves or are being ended.
	Ended int `json:"ended,omitempty"`
	// Short names a loan that cannot be reached and whose access token has
	// expired or is about to; "" for none.
	Short string `json:"short,omitempty"`
	// Changed is when the loans last changed, UTC, so that a face knows when to
	// ask for them again.
	Changed time.Time `json:"changed,omitzero"`
}

// Loan reports whether s is a loan, and the id that its owner gave it. The id
// is "" when this version does not understand the marker.
func (s *Snapshot) Loan() (id string, ok bool) {
	token := s.RefreshToken().Reveal()
	if !strings.HasPrefix(token, loanScheme) {
		return "", false
	}
	if id, ok := strings.CutPrefix(token, loanV1); ok && loanID(id) {
		return id, true
	}
	return "", true
}

// loanID reports whether id can name a loan: lower-case letters, digits and
// hyphens, which are safe in every file format, shell and terminal.
func loanID(id string) bool {
	ours := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' }
	return id != "" && len(id) <= maxLoanID && strings.IndexFunc(id, func(r rune) bool { return !ours(r) }) < 0
}

// Lend returns what a borrower gets: the ID token, the access token, the
// account, last_refresh, and the marker of the loan id. Nothing else is
// included: no refresh token, API key or unknown field. Its error is
// ErrNotLendable when s cannot be lent.
func (s *Snapshot) Lend(id string) (*Snapshot, error) {
	if !s.Managed() || !s.Usable() || !loanID(id) {
		return nil, ErrNotLendable
	}
	mode := KindChatGPT
	return &Snapshot{mode: &mode, lastRefresh: s.lastRefresh, tokens: &tokens{
		id: s.tokens.id, access: s.tokens.access, refresh: NewSecret(loanV1 + id),
		accountID: s.tokens.accountID, claims: s.tokens.claims,
	}}, nil
}
