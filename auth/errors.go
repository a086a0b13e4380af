package auth

import (
	"errors"
	"slices"
	"time"

	"rekey/internal/fault"
)

// Sentinels that callers branch on.
var (
	// ErrNoCredential means that the store holds nothing: signed out.
	ErrNoCredential error = fault.New("signed_out", "not signed in")
	// ErrStoreChanged means that a commit was abandoned because the store no
	// longer holds the credentials that were redeemed. Nothing was written.
	ErrStoreChanged error = fault.New("store_changed", "the credential store changed in the meantime")
	// ErrSignInForbidden means that the configuration allows no sign-in with
	// ChatGPT (forced_login_method).
	ErrSignInForbidden error = fault.New("only_api_method", "the configuration allows only an API key (forced_login_method)")
	// ErrNoDeviceCode means that the authorization server offers no sign-in with
	// a device code.
	ErrNoDeviceCode error = fault.New("no_device_code", "the authorization server offers no sign-in with a code; use the browser instead")
	// ErrCannotSave means that nothing was sent because the answer could not
	// have been kept. It wraps the reason.
	ErrCannotSave error = fault.New("cannot_save", "nothing was sent because the new tokens could not be saved")
	// ErrClock means that new tokens had already expired when they arrived.
	ErrClock error = fault.New("clock_wrong", "new tokens expire immediately: this machine's clock or the server's is wrong")
	// ErrRefreshing, wrapped, is the error of Options.RefreshLock when another
	// process was refreshing during the whole wait.
	ErrRefreshing error = fault.New("refreshing", "another Rekey is still refreshing this sign-in; try again later")
)

// CannotSave returns an ErrCannotSave with its cause.
func CannotSave(cause error) error {
	return &notSaved{fault.New("refresh_not_sent", "nothing was sent because the new tokens could not be saved: {{.Why}}", "Why", cause)}
}

// notSaved is an ErrCannotSave with its cause.
type notSaved struct{ *fault.Fault }

// Is implements errors.Is.
func (*notSaved) Is(target error) bool { return target == ErrCannotSave }

// Reason says why credentials cannot be refreshed. The values are stable: they
// are stored in the refusals file and shown by "rekey status --json".
type Reason string

// The reasons. The first four name the refresh token and are remembered across
// restarts; an unexplained 401 is not, because a captive portal can produce
// one.
const (
	ReasonExpired      Reason = "refresh_token_expired"
	ReasonReused       Reason = "refresh_token_reused"
	ReasonRevoked      Reason = "refresh_token_invalidated"
	ReasonInvalidGrant Reason = "invalid_grant"
	ReasonUnauthorized Reason = "unauthorized"
	// ReasonAccountChanged means that the user signed out or in to another
	// account while a refresh was being prepared. It is never remembered.
	ReasonAccountChanged Reason = "account_changed"
	// ReasonCopied does not come from the server: the credentials are a copy of
	// another home's, which has refreshed since, and its new tokens cannot be
	// adopted.
	ReasonCopied Reason = "copied"
	// ReasonNoRefreshToken and ReasonNoAccount come from an Obstacle: no server
	// was asked.
	ReasonNoRefreshToken = Reason(ObstacleNoRefreshToken)
	ReasonNoAccount      = Reason(ObstacleNoAccount)
)

// NamesToken reports whether the reason is about the refresh token itself, and
// so still holds after a restart.
func (r Reason) NamesToken() bool {
	switch r {
	case ReasonExpired, ReasonReused, ReasonRevoked, ReasonInvalidGrant:
		return true
	}
	return false
}

// mayBeRace reports whether another process that refreshed the same sign-in at
// the same time can be the cause, so that the store should be read again.
func (r Reason) mayBeRace() bool {
	return r == ReasonReused || r == ReasonInvalidGrant || r == ReasonUnauthorized
}

// Outcome is the outcome of Manager.Refresh.
type Outcome int

// The outcomes.
const (
	// OutcomeOK: refreshed, adopted from another process, or nothing to do.
	OutcomeOK Outcome = iota
	// OutcomeTransient: not refreshed this time; asking again later may work.
	OutcomeTransient
	// OutcomePermanent: these credentials can never be refreshed again.
	OutcomePermanent
)

// OutcomeOf classifies the error of Manager.Refresh.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return OutcomeOK
	}
	if re, ok := errors.AsType[*RefreshError](err); ok && re.Permanent {
		return OutcomePermanent
	}
	return OutcomeTransient
}

// RefreshError says why a refresh failed. It never holds a token or a response
// body.
type RefreshError struct {
	// Permanent: the authorization server refused these credentials for good.
	Permanent bool
	// Reason is set when Permanent.
	Reason Reason
	// Status is the HTTP status of the answer, 0 when there was none.
	Status int
	// Code is the machine-readable error code of the answer, if any, cut to a
	// safe length and alphabet.
	Code string
	// Page: a web page came instead of an answer, as from a network that
	// requires a login.
	Page bool
	// AnswerLost: the request may have reached the server and no answer came,
	// so the refresh token may be spent.
	AnswerLost bool
	// RetryAfter is the server's Retry-After (RFC 9110, section 10.2.3), 0 for none.
	RetryAfter time.Duration
	// NotBefore, UTC, is set when nothing was sent because the last request was
	// too recent. The other fields then describe that request.
	NotBefore time.Time
	// Err is the underlying error, may be nil.
	Err error
}

// Error implements error.
func (e *RefreshError) Error() string { return e.AsFault().Error() }

// Unwrap returns the cause.
func (e *RefreshError) Unwrap() error { return e.Err }

// UnreadableError says why the credential store cannot be read. Its text is
// one sentence without any content of the store.
type UnreadableError struct {
	// Where is the path of the store, WhereKeyring or WhereSignIn.
	Where string
	// What is the finding, for example "it is not valid JSON".
	What error
	// Locked: a keyring that waits to be unlocked.
	Locked bool
	// Encrypted: it is in Codex's encrypted store (features.secret_auth_storage).
	Encrypted bool
	// Err is the underlying error, may be nil. It is not part of the text.
	Err error
}

// What an UnreadableError is about when it is not about a file.
const (
	WhereKeyring = "the keyring"
	WhereSignIn  = "the sign-in"
)

// Error implements error.
func (e *UnreadableError) Error() string { return e.AsFault().Error() }

// Unwrap returns the finding and the cause.
func (e *UnreadableError) Unwrap() []error {
	return slices.DeleteFunc([]error{e.What, e.Err}, func(err error) bool { return err == nil })
}
