package auth

import (
	"context"
	"log/slog"
	"time"
)

// AttemptOutcome is what came of a request to the authorization server. The
// values are stable: they are stored and shown.
type AttemptOutcome string

// The outcomes.
const (
	// AttemptRefreshed: new tokens came and were saved.
	AttemptRefreshed AttemptOutcome = "refreshed"
	// AttemptRefused: the server refused for good; see Reason.
	AttemptRefused AttemptOutcome = "refused"
	// AttemptFailed: it did not work and may work later; see Status and Code.
	AttemptFailed AttemptOutcome = "failed"
	// AttemptLost: the request may have arrived and no answer came.
	AttemptLost AttemptOutcome = "answer_lost"
)

// Attempt is the last request with one refresh token and what came of it. It
// holds no token. All times are UTC.
type Attempt struct {
	// Fingerprint is that of the refresh token (Fingerprinter.Token): of the new
	// one if the request brought one.
	Fingerprint string `json:"fingerprint"`
	// At is when the request ended.
	At      time.Time      `json:"at"`
	Outcome AttemptOutcome `json:"outcome"`
	// Status is the HTTP status of the answer, 0 when there was none.
	Status int `json:"status,omitempty"`
	// Code is the error code of the answer, safe to show, "" for none.
	Code string `json:"code,omitempty"`
	// Reason is set for AttemptRefused.
	Reason Reason `json:"reason,omitempty"`
	// NotBefore is when the next request with this token is allowed, the zero
	// time when it is at once: nothing has reached the server.
	NotBefore time.Time `json:"notBefore,omitzero"`
	// InVain is how often in a row a request did not help.
	InVain int `json:"inVain,omitempty"`
}

// Attempts remembers the last attempts beyond the life of a process.
// Implementations are safe for concurrent use by goroutines and processes.
type Attempts interface {
	// LastAttempt finds the last one with the token of a fingerprint.
	LastAttempt(fingerprint string) (Attempt, bool)
	// RecordAttempt remembers one in place of the last one with its token. An
	// error means that other processes do not know of it.
	RecordAttempt(a Attempt) error
}

const (
	// Fresh is how long new tokens stand: who asks for a refresh within that time
	// has one.
	Fresh = 5 * time.Second
	// MinSpacing follows every request that may have reached the server and did
	// not help.
	MinSpacing = 30 * time.Second
	// maxSpacing ends the growth of the spacing: a person who asks gets a try
	// after five minutes at most, unless the server wants to be left alone.
	maxSpacing = 5 * time.Minute
	// MaxRetryAfter is how much of a server's wish is granted: a sign-in may
	// end in the meantime.
	MaxRetryAfter = time.Hour
)

// Spacing is the least time between the n-th request in a row that did not help
// and the next one. It doubles from MinSpacing to five minutes.
func Spacing(n int) time.Duration {
	return min(MinSpacing<<min(n-1, 10), maxSpacing)
}

// failedAttempt is the record of a request that brought no tokens.
func (m *Manager) failedAttempt(token string, e *RefreshError) Attempt {
	before, _ := m.lastAttempt(token)
	a := Attempt{
		Fingerprint: token, At: clean(m.opts.Now()), Outcome: AttemptFailed,
		Status: e.Status, Code: e.Code, Reason: e.Reason, InVain: before.InVain,
	}
	switch {
	case e.Permanent:
		a.Outcome = AttemptRefused
	case e.AnswerLost:
		a.Outcome = AttemptLost
	case e.Status == 0:
		return a // nothing was sent, so nobody has to be spared
	}
	a.InVain++
	a.NotBefore = a.At.Add(max(Spacing(a.InVain), min(e.RetryAfter, MaxRetryAfter)))
	return a
}

// refreshedAttempt is the record of a request that brought next in place of the
// token that was redeemed. Tokens that have expired already have not helped.
func (m *Manager) refreshedAttempt(redeemed string, next *Snapshot) Attempt {
	a := Attempt{Fingerprint: m.opts.Fingerprints.Token(next), At: clean(m.opts.Now()), Outcome: AttemptRefreshed}
	a.NotBefore = a.At.Add(Fresh)
	if end, ok := next.AccessExpiry(); ok && !end.After(a.At) {
		before, _ := m.lastAttempt(redeemed)
		a.InVain = before.InVain + 1
		a.NotBefore = a.At.Add(Spacing(a.InVain))
	}
	return a
}

// remembered records an attempt for all processes of the home, or at least for
// this one.
func (m *Manager) remembered(a Attempt) {
	if err := m.opts.Attempts.RecordAttempt(a); err != nil {
		m.opts.Log.Warn("other processes will not know of this attempt", "error", err)
	}
	_ = m.own.RecordAttempt(a) // in memory: cannot fail
}

// lastAttempt finds the newest attempt with a token that any process has made.
func (m *Manager) lastAttempt(token string) (Attempt, bool) {
	own, known := m.own.LastAttempt(token)
	if a, ok := m.opts.Attempts.LastAttempt(token); ok && (!known || a.At.After(own.At)) {
		return a, true
	}
	return own, known
}

// tooEarly reports whether another request with s has to wait, whoever made the
// last one, and if so, what that one came to. The caller holds the refresh lock.
func (m *Manager) tooEarly(ctx context.Context, s *Snapshot) (early bool, err error) {
	if m.opts.AsCodex {
		return false, nil // Codex asks as often as it is asked
	}
	a, ok := m.lastAttempt(m.opts.Fingerprints.Token(s))
	now := clean(m.opts.Now())
	if ok && now.Before(a.At) { // the clock was set back, which must not make the wait longer
		a.At, a.NotBefore = now, now.Add(a.NotBefore.Sub(a.At))
		m.remembered(a)
	}
	if !ok || !now.Before(a.NotBefore) {
		return false, nil
	}
	m.decided(ctx, slog.LevelInfo, s, "asked a moment ago, nothing sent", "outcome", a.Outcome,
		"status", a.Status, "code", a.Code, "notBefore", a.NotBefore)
	return true, a.err()
}

// err is what a caller is told who comes too early, nil after a success.
func (a Attempt) err() error {
	if a.Outcome == AttemptRefreshed {
		return nil
	}
	return &RefreshError{
		Permanent: a.Outcome == AttemptRefused, Reason: a.Reason, Status: a.Status, Code: a.Code,
		AnswerLost: a.Outcome == AttemptLost, NotBefore: a.NotBefore,
	}
}
