package usage

import "time"

// Problem is why there are no (newer) figures. It is one of the words below, fit
// for programs; faces say it in a sentence.
type Problem string

// The reasons for which nothing is asked.
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
	// ProblemLoan: the sign-in is lent by another machine, which asks itself.
	ProblemLoan Problem = "loan"
	// ProblemRefused: the sign-in is refused for good.
	ProblemRefused Problem = "refused"
	// ProblemExpired: the access token has expired or is about to. It is not
	// refreshed for the sake of a number.
	ProblemExpired Problem = "expired"
	// ProblemUnreadable: the credentials cannot be read.
	ProblemUnreadable Problem = "unreadable"
	// ProblemRestricted: the configuration forbids these credentials.
	ProblemRestricted Problem = "restricted"
)

// What can come of asking.
const (
	// ProblemUnauthorized: the backend does not accept the access token (401),
	// also after one recovery. It is asked again when the credentials change.
	ProblemUnauthorized Problem = "unauthorized"
	// ProblemForbidden: 403, a missing permission or a gateway in between. It
	// says nothing about the sign-in.
	ProblemForbidden Problem = "forbidden"
	// ProblemRateLimited: 429, too many requests.
	ProblemRateLimited Problem = "rate_limited"
	// ProblemRouting: 432, the workspace cannot be routed to.
	ProblemRouting Problem = "routing"
	// ProblemServer: the backend has a fault of its own (5xx).
	ProblemServer Problem = "server"
	// ProblemStatus: any other status that is no answer.
	ProblemStatus Problem = "status"
	// ProblemRedirect: the backend points elsewhere; a token is not sent there.
	ProblemRedirect Problem = "redirect"
	// ProblemNotReached: there was no connection.
	ProblemNotReached Problem = "not_reached"
	// ProblemTooSlow: no answer within 10 s.
	ProblemTooSlow Problem = "too_slow"
	// ProblemBrokenOff: the answer broke off.
	ProblemBrokenOff Problem = "broken_off"
	// ProblemTooLarge: the answer is larger than 1 MiB.
	ProblemTooLarge Problem = "too_large"
	// ProblemNotUsage: the answer is something else than figures.
	ProblemNotUsage Problem = "not_usage"
	// ProblemOtherAccount: the answer is about another account.
	ProblemOtherAccount Problem = "other_account"
	// ProblemNetwork: the proxy or certificates that are configured cannot be used.
	ProblemNetwork Problem = "network"
	// ProblemMemory: Rekey's own folder cannot be written, so that it could not
	// keep to its pauses; nothing is asked.
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

// Failure is why an answer could not be had. Its text holds nothing of what the
// backend sent, which may hold an e-mail address and ids.
type Failure struct {
	Problem Problem
	// Status is the backend's, 0 when none came.
	Status int
	// RetryAfter is the header of that name, 0 when it is missing or cannot be
	// used.
	RetryAfter time.Duration
}

// Error implements error.
func (f *Failure) Error() string { return "usage: " + string(f.Problem) }

// wantsRest reports whether the backend wants to be left alone for some time.
func (f *Failure) wantsRest() bool {
	switch f.Problem {
	case ProblemRateLimited, ProblemRouting, ProblemForbidden, ProblemServer:
		return true
	}
	return false
}

// OfBackend reports whether it was the asking that failed. All else is about the
// sign-in or the user's choice, which faces say in other places already.
func (p Problem) OfBackend() bool {
	switch p {
	case "", ProblemOff, ProblemSignedOut, ProblemAPIKey, ProblemNoToken, ProblemLoan, ProblemRefused,
		ProblemExpired, ProblemUnreadable, ProblemRestricted:
		return false
	}
	return true
}
