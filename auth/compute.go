package auth

import (
	"errors"
	"time"

	"rekey/internal/fault"
)

// Compute derives the State from the facts. It has no side effects and handles
// every input: its rules are tried in order and the last one always applies.
func Compute(f Facts) State {
	st := describe(f)
	st.Status = status(f, st)
	st.Cause = CauseOf(problem(f, st))
	st.Problem = st.Cause.sentence()
	return st
}

// describe fills in everything except Status and Problem.
func describe(f Facts) State {
	st := State{
		Store:         f.Store,
		CommitPending: f.CommitErr != nil,
		Restricted:    f.Restriction != nil,
		SigningIn:     f.SignIn.Method != "",
		SignIn:        f.SignIn,
		KeepFresh:     f.KeepFresh,
		Notifications: f.Notifications,
		StartAtLogin:  f.StartAtLogin,
		SignInMethod:  f.SignInMethod,
		LastActivity:  clean(f.LastActivity),
		Loans:         f.Loans,
		NextRefresh:   clean(f.NextRefresh),
		Refreshable:   RefreshableNo,
	}
	shown := f.Snapshot
	if unreadable, ok := errors.AsType[*UnreadableError](f.LoadErr); ok {
		st.Locked, st.Encrypted = unreadable.Locked, unreadable.Encrypted
		shown, f.Snapshot = f.LastGood, nil
	}
	st.Method = shown.Kind()
	if shown.HasTokens() && st.Method != KindAPIKey { // old tokens may be left beside an API key
		st.Email, st.Plan = shown.Claims().Email, planOf(shown.Claims().Plan)
	}
	if f.Snapshot == nil {
		st.Method = KindNone
		return st
	}
	if end, ok := f.Snapshot.AccessExpiry(); ok {
		st.ExpiresAt = bounded(end)
	}
	last, _ := f.Snapshot.LastRefresh()
	st.LastRefresh = clean(last)
	_, st.Lent = f.Snapshot.Loan()
	st.Usable = f.Snapshot.Usable() && (st.ExpiresAt.IsZero() || st.ExpiresAt.After(f.Now))
	refreshability(f, &st)
	return st
}

// refreshability fills in the third truth.
func refreshability(f Facts, st *State) {
	s := f.Snapshot
	if !s.Managed() || !s.HasTokens() {
		return
	}
	o := s.Obstacle()
	st.LastAttempt = f.Last
	st.AnswerLost = f.Lost && o == ""
	switch {
	case f.Refusal != nil:
		st.Refused, st.RefusedAt, st.Notice = f.Refusal.Reason, clean(f.Refusal.At), f.Notice
	case f.Last.Outcome == AttemptRefused: // refused in another process, which keeps the reason to itself
		st.Refused, st.RefusedAt = f.Last.Reason, f.Last.At
	case o != "":
		st.Obstacle, st.Notice = o, f.Notice
	case f.Last.worked() && !f.Lost:
		st.Refreshable = RefreshableYes
	default:
		st.Refreshable, st.CannotSave = RefreshableUnknown, f.Last.Outcome == AttemptUnsent
		st.NeverTried = f.Last.Outcome == "" && !f.Lost && f.CommitErr == nil
	}
}

// status is the State table: the first matching rule decides.
func status(f Facts, st State) Status {
	s := f.Snapshot
	var unreadable *UnreadableError
	switch {
	case errors.As(f.LoadErr, &unreadable):
		return StatusUnreadable
	case s == nil:
		return StatusSignedOut
	case s.Kind() == KindAPIKey:
		if s.Usable() {
			return StatusAPIKey
		}
		return StatusSignedOut
	case st.Lent && !st.Usable:
		return StatusWaiting
	case !s.Managed():
		return StatusExternal
	case !s.HasTokens():
		return StatusSignedOut
	case st.Refreshable == RefreshableNo && st.Usable && !st.ExpiresAt.IsZero():
		return StatusExpiring
	case st.Refused != "", st.Refreshable == RefreshableNo && !st.Usable:
		return StatusSignInRequired // it can never be refreshed
	case f.refreshing():
		return StatusRefreshing
	case !st.Usable:
		return StatusWaiting
	case (f.Last.Failed() || f.Lost) && nearly(st.ExpiresAt, f.Now):
		return StatusWaiting
	}
	return StatusHealthy
}

// refreshShown is how long a request is under way before the State says so. Most
// take less, and a State that changes for a moment and back tells nobody anything.
// refreshTick is when the State is computed again for it: wall clocks are adjusted.
const (
	refreshShown = time.Second
	refreshTick  = refreshShown + 10*time.Millisecond
)

// refreshing reports whether a request has been under way for refreshShown.
func (f Facts) refreshing() bool {
	return !f.Sent.IsZero() && f.Now.Sub(f.Sent).Abs() >= refreshShown
}

// passing reports whether the Status will change without the user: a refresh is
// under way, is waited for, or has failed for now. During a sign-in the user waits
// for an answer, so nothing is held back.
func (s State) passing() bool {
	return !s.SigningIn && (s.Status == StatusRefreshing || s.Status == StatusWaiting || s.Status == StatusHealthy && s.LastAttempt.Failed())
}

// nearly reports whether an access token is inside the window in which Codex
// would refresh it.
func nearly(end, now time.Time) bool {
	return !end.IsZero() && !end.After(now.Add(CodexWindow))
}

// problem is why the sign-in is not fresh, nil when nothing is wrong.
func problem(f Facts, st State) error {
	var unreadable *UnreadableError
	s := f.Snapshot
	switch {
	case errors.As(f.LoadErr, &unreadable):
		return unreadable
	case f.Restriction != nil:
		return f.Restriction
	case f.CommitErr != nil:
		return errUnsaved(f.CommitErr)
	case st.Status == StatusSignedOut && s.Kind() == KindAPIKey:
		return fault.New("empty_api_key", "the stored API key is empty")
	case st.Status == StatusSignedOut && s != nil:
		return fault.New("no_tokens", "the stored sign-in has no tokens")
	case st.Lent && !st.Usable:
		return fault.New("loan_ended", "the machine that lends this sign-in has not sent a new access token yet")
	case st.AnswerLost:
		return fault.New("answer_lost", "the refresh was sent but no answer came; the refresh token may be spent")
	case !s.Managed() || st.Refused != "":
		return nil
	case st.Obstacle == ObstacleNoAccount:
		return fault.New("no_account", "the stored sign-in names no account, so Codex cannot refresh it; sign in again before it expires")
	case st.Obstacle == ObstacleNoRefreshToken:
		return fault.New("no_refresh_token", "the stored sign-in has no refresh token, so it cannot be refreshed; sign in again before it expires")
	case f.Last.Failed():
		return f.Last.Err()
	case s.AccessToken().Empty():
		return fault.New("empty_access_token", "the stored sign-in has no access token")
	case !st.Usable && s.undated():
		return fault.New("undated", "the stored sign-in does not say when it was refreshed, so Codex does not use it")
	case f.Doubt, f.Last.Outcome == AttemptRefreshed && f.Snapshot.expiredBy(f.Last.At):
		return ErrClock
	}
	return nil
}

// clean makes a time comparable with ==: UTC, no monotonic reading. The zero
// time stays zero.
func clean(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return bounded(t.UTC().Round(0))
}

// The first and the last second that RFC 3339 can express. A token may claim an
// expiry beyond them, for example one in milliseconds.
var (
	firstSecond = time.Time{}.Add(time.Second)
	lastSecond  = time.Date(9999, time.December, 31, 23, 59, 59, 0, time.UTC)
)

// bounded clamps a time to what RFC 3339 can express, excluding the zero time.
func bounded(t time.Time) time.Time {
	switch {
	case t.Before(firstSecond):
		return firstSecond
	case t.After(lastSecond):
		return lastSecond
	}
	return t
}
