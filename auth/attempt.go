package auth

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// AttemptOutcome is the outcome of a request to the authorization server. The
// values are stable: they are stored and shown.
type AttemptOutcome string

// The outcomes.
const (
	// AttemptRefreshed: new tokens came and were saved.
	AttemptRefreshed AttemptOutcome = "refreshed"
	// AttemptSignedIn: new tokens came from Rekey's own sign-in.
	AttemptSignedIn AttemptOutcome = "signed_in"
	// AttemptRefused: the server refused for good; see Reason.
	AttemptRefused AttemptOutcome = "refused"
	// AttemptFailed: the request failed and may succeed later; see Status and
	// Cause.
	AttemptFailed AttemptOutcome = "failed"
	// AttemptLost: the request may have arrived and no answer came.
	AttemptLost AttemptOutcome = "answer_lost"
	// AttemptUnsent: nothing was sent, because the answer could not have been
	// saved; see Cause.
	AttemptUnsent AttemptOutcome = "not_sent"
)

// Attempt is the last request with one refresh token and its outcome; the zero
// value means that there was none. It holds no token. All times are UTC.
// Attempts can be compared with ==.
type Attempt struct {
	// At is when the request ended.
	At      time.Time      `json:"at"`
	Outcome AttemptOutcome `json:"outcome"`
	// Status is the HTTP status of the answer, 0 when there was none.
	Status int `json:"status,omitempty"`
	// Code is the error code of the answer, "" for none. It is safe to show.
	Code string `json:"code,omitempty"`
	// Reason is set for AttemptRefused.
	Reason Reason `json:"reason,omitempty"`
	// Page: a web page came instead of an answer.
	Page bool `json:"webPage,omitempty"`
	// Cause is why no answer came or nothing was sent.
	Cause Cause `json:"cause,omitzero"`
	// NotBefore is when the next request with this token is allowed. The zero
	// time means immediately, because nothing has reached the server.
	NotBefore time.Time `json:"notBefore,omitzero"`
}

// Failed reports whether the request failed and may succeed later.
func (a Attempt) Failed() bool {
	return a.Outcome == AttemptFailed || a.Outcome == AttemptLost || a.Outcome == AttemptUnsent
}

// worked reports whether the request brought tokens.
func (a Attempt) worked() bool { return a.Outcome == AttemptRefreshed || a.Outcome == AttemptSignedIn }

// Err is the error that the caller got, nil after a success.
func (a Attempt) Err() error {
	switch a.Outcome {
	case AttemptRefreshed, AttemptSignedIn, "":
		return nil
	case AttemptUnsent:
		return CannotSave(a.Cause.Err())
	}
	return &RefreshError{
		Permanent: a.Outcome == AttemptRefused, Reason: a.Reason, Status: a.Status, Code: a.Code, Page: a.Page,
		AnswerLost: a.Outcome == AttemptLost, Err: a.Cause.Err(),
	}
}

// AttemptRecord is an Attempt as it is stored.
type AttemptRecord struct {
	// Fingerprint identifies the refresh token (Memory.Token), the new one if
	// the request brought one.
	Fingerprint string `json:"fingerprint"`
	Attempt
	// InVain counts the requests in a row that did not help.
	InVain int `json:"inVain,omitempty"`
}

const (
	// Fresh is how long new tokens count as fresh: a refresh asked for within
	// that time sends nothing.
	Fresh = 5 * time.Second
	// MinSpacing is the least time to wait after a request that may have
	// reached the server and did not help.
	MinSpacing = 30 * time.Second
	// maxSpacing limits the spacing: a user can try again after at most five
	// minutes, unless the server asks for more (Retry-After).
	maxSpacing = 5 * time.Minute
	// MaxRetryAfter limits the Retry-After that is honoured, because the
	// sign-in may expire in the meantime.
	MaxRetryAfter = time.Hour
)

// Spacing is the least time between the n-th request in a row that did not help
// and the next one. It doubles from MinSpacing to five minutes.
func Spacing(n int) time.Duration {
	return min(MinSpacing<<min(n-1, 10), maxSpacing)
}

// failedAttempt is the record of a request that brought no tokens.
func (m *Manager) failedAttempt(token string, e *RefreshError) AttemptRecord {
	r := m.attempt(token, AttemptFailed)
	r.Status, r.Code, r.Reason, r.Page, r.Cause = e.Status, e.Code, e.Reason, e.Page, CauseOf(e.Err)
	switch {
	case e.Permanent:
		r.Outcome = AttemptRefused
	case e.AnswerLost:
		r.Outcome = AttemptLost
	case e.Status == 0:
		return r // nothing was sent, so there is no need to wait
	}
	r.InVain++
	r.NotBefore = r.At.Add(max(Spacing(r.InVain), min(e.RetryAfter, MaxRetryAfter)))
	return r
}

// refreshedAttempt is the record of a request that redeemed a token and brought
// next. Tokens that have already expired do not count as help.
func (m *Manager) refreshedAttempt(redeemed string, next *Snapshot) AttemptRecord {
	r := m.attempt(redeemed, AttemptRefreshed)
	r.Fingerprint = m.opts.Memory.Token(next)
	if next.expiredBy(r.At) {
		r.InVain++
		r.NotBefore = r.At.Add(Spacing(r.InVain))
		return r
	}
	r.InVain, r.NotBefore = 0, r.At.Add(Fresh)
	return r
}

// attempt starts the record of a request that has just ended.
func (m *Manager) attempt(token string, outcome AttemptOutcome) AttemptRecord {
	before, _ := m.lastAttempt(token)
	return AttemptRecord{
		Fingerprint: token, InVain: before.InVain, Attempt: Attempt{At: clean(m.opts.Now()), Outcome: outcome},
	}
}

// remember records an attempt for all processes of the home, or at least for
// this one, and shows it in the State.
func (m *Manager) remember(r AttemptRecord) {
	_ = m.own.RecordAttempt(r) // in memory: cannot fail
	m.change(func(f *Facts) {
		if f.Token == r.Fingerprint {
			m.show(f, r.Attempt)
		}
	})
	if err := m.opts.Memory.RecordAttempt(r); err != nil {
		m.opts.Log.Warn("cannot record this attempt for other processes", "error", err)
	}
}

// lastAttempt returns the newest attempt with a token by any process. This one's own is
// not newer because the clock was ahead then.
func (m *Manager) lastAttempt(token string) (AttemptRecord, bool) {
	own, known := m.own.LastAttempt(token)
	if r, ok := m.opts.Memory.LastAttempt(token); ok && (!known || r.At.After(own.At) || own.At.After(m.opts.Now())) {
		return r, true
	}
	return own, known
}

// tooEarly reports whether another request with s has to wait because the last
// one, by any process, was too recent. If so, err is the outcome of that one.
// The caller holds the refresh lock.
func (m *Manager) tooEarly(ctx context.Context, s *Snapshot) (early bool, err error) {
	if m.opts.AsCodex {
		return false, nil // Codex sends a request whenever it is asked to
	}
	r, ok := m.lastAttempt(m.opts.Memory.Token(s))
	now := clean(m.opts.Now())
	if ok && now.Before(r.At) && !r.NotBefore.IsZero() { // the clock was set back, which must not make the wait longer
		r.At, r.NotBefore = now, now.Add(r.NotBefore.Sub(r.At))
		m.remember(r)
	}
	if !ok || !now.Before(r.NotBefore) {
		return false, nil
	}
	m.decided(ctx, slog.LevelInfo, s, "asked a moment ago, nothing sent", "outcome", r.Outcome,
		"status", r.Status, "code", r.Code, "notBefore", r.NotBefore)
	err = r.Err()
	if re, ok := errors.AsType[*RefreshError](err); ok {
		re.NotBefore = r.NotBefore
	}
	return true, err
}

// endAttempt records whether the answer to a request with a token is lost. If
// not, it clears the escrow.
func (m *Manager) endAttempt(key string, lost bool) {
	m.setLost(key, lost)
	if !lost {
		m.clearEscrow(key)
	}
}
