package auth

import (
	"strings"
	"time"

	"rekey/internal/fault"
)

// A loan is a credential store on another machine, or in another home, that
// holds the access token of a sign-in and in the place of its refresh token a
// marker. The refresh token stays with the owner, who alone refreshes and hands
// out what comes of it. For Codex a loan is an ordinary ChatGPT sign-in.
const (
	// loanScheme begins every marker, of versions to come as well: what begins
	// with it is never sent to anybody.
	loanScheme = "rekey-loan:"
	loanV1     = loanScheme + "v1:"
	// maxLoanID is the length of the longest id of a loan.
	maxLoanID = 64
)

// ErrNotLendable means that there is nothing to lend: no ChatGPT sign-in with
// an access token, or one that is itself a loan.
var ErrNotLendable error = fault.New("not_lendable", "only a ChatGPT sign-in of this machine's own can be lent")

// Loans are the machines and homes that a sign-in is lent to, in numbers. Values
// can be compared with ==.
type Loans struct {
	// Count is how many are lent to now.
	Count int `json:"count"`
	// Failing is how many of them could not be reached the last time.
	Failing int `json:"failing,omitempty"`
	// Ended is how many have ended by themselves lately, or are being ended.
	Ended int `json:"ended,omitempty"`
	// Short names one that is about to run out, or has, and cannot be reached; ""
	// for none.
	Short string `json:"short,omitempty"`
	// Changed is when something last changed, UTC: it tells a face when to ask for
	// the loans again.
	Changed time.Time `json:"changed,omitzero"`
}

// Loan reports whether s is a loan, and the id that its owner gave it. The id
// is "" where the marker is one that this version does not understand.
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
// hyphens, so that no file format, shell or terminal reads anything else in it.
func loanID(id string) bool {
	ours := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' }
	return id != "" && len(id) <= maxLoanID && strings.IndexFunc(id, func(r rune) bool { return !ours(r) }) < 0
}

// Lend returns what a borrower gets: the ID token, the access token, the account
// and when they were issued, with the marker of the loan id. Nothing else goes
// along: no refresh token, API key or unknown field. Its error is ErrNotLendable
// where s is no sign-in that can be lent.
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
