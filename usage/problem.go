package usage

import "time"

// Problem is why there are no (newer) figures. It is one of the words below;
// faces show a sentence for each.
type Problem string

// The reasons not to ask.
const (
	// ProblemOff: the user has switched it off (usage = "off").
	ProblemOff Problem = "off"
	// ProblemSignedOut: nobody is signed in.
	ProblemSignedOut Problem = "signed_out"
	// ProblemAPIKey: an API key has no plan.
	ProblemAPIKey Problem = "api_key"
	// ProblemNoToken: the credentials belong to another program or are of a
	// kind whose access token Rekey does not have.
	ProblemNoToken Problem = "no_token"
	// ProblemLoan: the sign-in is lent by another machine, which does the
	// asking.
	ProblemLoan Problem = "loan"
	// ProblemRefused: the sign-in is refused for good.
	ProblemRefused Problem = "refused"
	// ProblemExpired: the access token has expired, is about to, or is missing. It is not
	// refreshed just for the figures.
	ProblemExpired Problem = "expired"
	// ProblemUnreadable: the credentials cannot be read.
	ProblemUnreadable Problem = "unreadable"
	// ProblemRestricted: the configuration forbids these credentials.
	ProblemRestricted Problem = "restricted"
)

// The failures of asking.
const (
	// ProblemUnauthorized: the backend does not accept the access token (401),
	// not even after one recovery. Rekey asks again when the credentials
	// change.
	ProblemUnauthorized Problem = "unauthorized"
	// ProblemForbidden: 403, a missing permission or a gateway in between. It
	// says nothing about the sign-in.
	ProblemForbidden Problem = "forbidden"
	// ProblemRateLimited: 429, too many requests.
	ProblemRateLimited Problem = "rate_limited"
	// ProblemRouting: 432, the workspace cannot be routed to.
	ProblemRouting Problem = "routing"
	// ProblemServer: the backend has failed (5xx).
	ProblemServer Problem = "server"
	// ProblemStatus: any other unsuccessful status.
	ProblemStatus Problem = "status"
	// ProblemRedirect: the backend redirects elsewhere; the token is not sent
	// there.
	ProblemRedirect Problem = "redirect"
	// ProblemNotReached: there was no connection.
	ProblemNotReached Problem = "not_reached"
	// ProblemTooSlow: no answer within 10 s.
	ProblemTooSlow Problem = "too_slow"
	// ProblemBrokenOff: the answer was cut off.
	ProblemBrokenOff Problem = "broken_off"
	// ProblemTooLarge: the answer is larger than 1 MiB.
	ProblemTooLarge Problem = "too_large"
	// ProblemNotUsage: the answer does not hold figures.
	ProblemNotUsage Problem = "not_usage"
	// ProblemOtherAccount: the answer is about another account.
	ProblemOtherAccount Problem = "other_account"
	// ProblemNetwork: the configured proxy or certificates cannot be used.
	ProblemNetwork Problem = "network"
	// ProblemMemory: Rekey's own folder cannot be written, so Rekey could not
	// keep to its pauses and does not ask.
	ProblemMemory Problem = "memory"
)

// Problems lists every Problem, for tables of texts and tests.
func Problems() []Problem {
	return []Problem{
		ProblemOff, ProblemSignedOut, ProblemAPIKey, ProblemNoToken, ProblemLoan, ProblemRefused,
		ProblemExpired, ProblemUnreadable, ProblemRestricted,
		ProblemUnauthorized, ProblemForbidden, ProblemRateLimited, ProblemRouting, ProblemServer,
		ProblemStatus, ProblemRedirect, ProblemNotReached, ProblemTooSlow, ProblemBrokenOff,
		ProblemTooLarge, ProblemNotUsage, ProblemOtherAccount, ProblemNetwork, ProblemMemory,
	}
}

// Failure is why there is no answer. Its text quotes nothing that the backend
// sent, which may hold an e-mail address and ids.
type Failure struct {
	Problem Problem
	// Status is the HTTP status, 0 when there was no answer.
	Status int
	// RetryAfter is the value of the Retry-After header, 0 when missing or
	// invalid.
	RetryAfter time.Duration
}

// Error implements error.
func (f *Failure) Error() string { return "usage: " + string(f.Problem) }

// wantsRest reports whether to pause before asking again.
func (f *Failure) wantsRest() bool {
	switch f.Problem {
	case ProblemRateLimited, ProblemRouting, ProblemForbidden, ProblemServer:
		return true
	}
	return false
}

// OfBackend reports whether asking failed. The other problems are about the
// sign-in or the user's choice, which faces already show elsewhere.
func (p Problem) OfBackend() bool {
	switch p {
	case "", ProblemOff, ProblemSignedOut, ProblemAPIKey, ProblemNoToken, ProblemLoan, ProblemRefused,
		ProblemExpired, ProblemUnreadable, ProblemRestricted:
		return false
	}
	return true
}
