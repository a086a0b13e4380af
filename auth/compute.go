package auth

import (
	"errors"
	"time"
)

// Compute derives the State from all facts. It has no side effects and an
// answer for every input: its rules are tried in order and the last always
// applies.
func Compute(in Inputs) State {
	if in.Quiet && in.Attempt != nil && !in.Attempt.AnswerLost {
		in.Attempt = nil
	}
	st := facts(in)
	st.Status = status(in, st)
	if st.Problem == "" {
		st.Problem = problem(in, st)
	}
	return st
}

// lost reports whether the refresh token may be spent.
func (in Inputs) lost() bool { return in.Lost || in.Attempt != nil && in.Attempt.AnswerLost }

// facts fills in everything but the one word.
func facts(in Inputs) State {
	st := State{
		Store:         in.Store,
		AnswerLost:    in.lost(),
		CommitPending: in.CommitErr != nil,
		CannotSave:    in.SaveErr != nil,
		Restricted:    in.Restriction != "",
		Problem:       in.Restriction,
		SigningIn:     in.SignIn.Method != "",
		SignIn:        in.SignIn,
		KeepFresh:     in.KeepFresh,
		Notifications: in.Notifications,
		StartAtLogin:  in.StartAtLogin,
		SignInMethod:  in.SignInMethod,
		LastActivity:  clean(in.LastActivity),
		NextRefresh:   clean(in.NextRefresh),
		Renewable:     RenewableNo,
	}
	shown := in.Snapshot
	var unreadable *UnreadableError
	if errors.As(in.LoadErr, &unreadable) {
		st.Locked, st.Encrypted = unreadable.Locked, unreadable.Encrypted
		shown, in.Snapshot = in.LastGood, nil
	}
	st.Method = shown.Kind()
	if shown.HasTokens() && st.Method != KindAPIKey { // an API key may leave old tokens beside it
		st.Email, st.Plan = shown.Claims().Email, PlanName(shown.Claims().Plan)
	}
	if in.Snapshot == nil {
		st.Method = KindNone
		return st
	}
	if end, ok := in.Snapshot.AccessExpiry(); ok {
		st.ExpiresAt = bounded(end)
	}
	last, _ := in.Snapshot.LastRefresh()
	st.LastRefresh = clean(last)
	_, st.Lent = in.Snapshot.Loan()
	st.Usable = in.Snapshot.Usable() && (st.ExpiresAt.IsZero() || st.ExpiresAt.After(in.Now))
	renewability(in, &st)
	return st
}

// renewability answers the third truth.
func renewability(in Inputs, st *State) {
	s := in.Snapshot
	if !s.Managed() || !s.HasTokens() {
		return
	}
	switch o := s.Obstacle(); {
	case in.Refusal != nil:
		st.Refused, st.RefusedAt = in.Refusal.Reason, clean(in.Refusal.At)
		st.Notice = in.Notice
	case o != "":
		st.Obstacle, st.Notice = o, in.Notice
		return
	case in.Attempt != nil || in.Lost || !in.Tried:
		st.Renewable = RenewableUnknown
	default:
		st.Renewable = RenewableYes
	}
	st.NeverTried = !in.Tried && in.Attempt == nil && !in.Lost && in.Refusal == nil
}

// status is the State table: the first rule that fits decides.
func status(in Inputs, st State) Status {
	s := in.Snapshot
	var unreadable *UnreadableError
	switch {
	case errors.As(in.LoadErr, &unreadable):
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
	case st.Renewable == RenewableNo && st.Usable && !st.ExpiresAt.IsZero():
		return StatusExpiring
	case in.Refusal != nil, st.Renewable == RenewableNo && !st.Usable:
		return StatusSignInRequired // nobody will ever refresh it
	case in.Renewing:
		return StatusRenewing
	case !st.Usable:
		return StatusWaiting
	case (in.Attempt != nil || in.Lost) && nearly(st.ExpiresAt, in.Now):
		return StatusWaiting
	}
	return StatusHealthy
}

// nearly reports whether an access token is inside the window in which Codex
// would renew it.
func nearly(end, now time.Time) bool {
	return !end.IsZero() && !end.After(now.Add(CodexWindow))
}

// problem is the one sentence about what stands in the way.
func problem(in Inputs, st State) string {
	var unreadable *UnreadableError
	switch {
	case errors.As(in.LoadErr, &unreadable):
		return unreadable.Error()
	case in.CommitErr != nil:
		return "New tokens have arrived and cannot be saved yet: " + in.CommitErr.Error()
	case in.SaveErr != nil:
		return "Not renewed, because the new tokens could not be saved: " + in.SaveErr.Error()
	case st.Status == StatusSignedOut && in.Snapshot.Kind() == KindAPIKey:
		return "The stored API key is empty."
	case st.Status == StatusSignedOut && in.Snapshot != nil:
		return "The stored sign-in has no tokens."
	case st.Obstacle == ObstacleNoAccount:
		return "The stored sign-in names no account, so Codex cannot renew it. Sign in again before it ends."
	case st.Obstacle == ObstacleNoRefreshToken:
		return "The stored sign-in has no refresh token, so nobody can refresh it. Sign in again before it expires."
	case st.Lent && !st.Usable:
		return "The machine that lends this sign-in has not sent a new access token yet."
	case in.lost():
		return "A renewal was sent and no answer came; the refresh token may be spent."
	case in.Attempt == nil && in.Snapshot.Managed() && in.Snapshot.AccessToken().Empty():
		return "The stored sign-in has no access token."
	case in.Attempt == nil && !st.Usable && in.Snapshot.undated():
		return "The stored sign-in does not say when it was refreshed, so Codex does not use it."
	case in.Attempt != nil:
		return "The last renewal did not work: " + in.Attempt.Error()
	}
	return in.Doubt
}

// clean makes a time comparable with ==: UTC, no monotonic reading. The zero
// time stays what it is.
func clean(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return bounded(t.UTC().Round(0))
}

// The first and the last second that RFC 3339 can write. A token may claim an
// end beyond them, for example one in milliseconds.
var (
	firstSecond = time.Time{}.Add(time.Second)
	lastSecond  = time.Date(9999, time.December, 31, 23, 59, 59, 0, time.UTC)
)

// bounded moves a time into what can be written, and off the zero time.
func bounded(t time.Time) time.Time {
	switch {
	case t.Before(firstSecond):
		return firstSecond
	case t.After(lastSecond):
		return lastSecond
	}
	return t
}
