package auth

import "time"

// Facts are everything known about one home's sign-in, from which a State is
// computed. They are a copy: only the Manager changes its own.
type Facts struct {
	// Snapshot is the readable content of the store, nil when there is none.
	Snapshot *Snapshot
	// Token is the fingerprint of its refresh token, "" when it has no tokens.
	Token string
	// LastGood is the last readable content, shown while the store is unreadable.
	LastGood *Snapshot
	// LoadErr is why Snapshot is nil: ErrNoCredential or *UnreadableError.
	LoadErr error
	// Refusal is Snapshot's refusal, nil when it has none.
	Refusal *Refusal
	// Sent is when the request that is under way was sent, zero when none is.
	Sent time.Time
	// Last is the last request with these tokens that any process has recorded,
	// the zero Attempt when there was none.
	Last Attempt
	// Lost: a request with this refresh token was sent and no answer came; the
	// token may be spent.
	Lost bool
	// CommitErr is why new tokens could not be saved yet, nil when none are
	// waiting.
	CommitErr error
	// Restriction is the configuration's objection to these credentials, nil for none.
	Restriction error
	// Store names the store.
	Store string
	// Doubt: the keeper has found that refreshing does not help.
	Doubt bool
	// Notice identifies the notification for a sign-in that has ended, "" for
	// none.
	Notice string
	// NextRefresh is when the keeper will refresh, zero when it will not.
	NextRefresh  time.Time
	SignIn       SignInProgress
	LastActivity time.Time
	Loans        Loans
	// What the user has chosen.
	KeepFresh     bool
	Notifications bool
	StartAtLogin  bool
	SignInMethod  SignInMethod
	// Now is the wall clock when the facts were read.
	Now time.Time
}

// Facts returns the facts as they are now.
func (m *Manager) Facts() Facts {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.factsLocked()
}

// factsLocked is Facts for callers that hold mu.
func (m *Manager) factsLocked() Facts {
	f := m.facts
	f.Now = m.opts.Now()
	return f
}

// change changes facts and publishes the State if it differs. f must not block.
func (m *Manager) change(f func(*Facts)) {
	m.mu.Lock()
	f(&m.facts)
	m.mu.Unlock()
	m.publish()
}

// SetPreferences applies the user's choices; nil members stay unchanged.
func (m *Manager) SetPreferences(c PreferenceChange) {
	m.change(func(f *Facts) {
		put(&f.KeepFresh, c.KeepFresh)
		put(&f.Notifications, c.Notifications)
		put(&f.StartAtLogin, c.StartAtLogin)
		put(&f.SignInMethod, c.SignInMethod)
	})
}

func put[T any](to, value *T) {
	if value != nil {
		*to = *value
	}
}

// SetSignIn sets the progress of the running sign-in, the zero value for none.
func (m *Manager) SetSignIn(p SignInProgress) { m.change(func(f *Facts) { f.SignIn = p }) }

// SetSchedule sets when the keeper will refresh, zero for never, and whether it
// doubts that refreshing helps.
func (m *Manager) SetSchedule(next time.Time, doubt bool) {
	m.change(func(f *Facts) { f.NextRefresh, f.Doubt = next, doubt })
}

// SetLoans sets the counts of the sign-in's loans.
func (m *Manager) SetLoans(l Loans) { m.change(func(f *Facts) { f.Loans = l }) }

// SetLastActivity sets when the newest Activity happened.
func (m *Manager) SetLastActivity(at time.Time) { m.change(func(f *Facts) { f.LastActivity = at }) }

// Hush keeps the next failure out of the State if it comes within d and is the
// first with these tokens, because the network may need a moment after the
// computer wakes. A lost answer is always shown.
func (m *Manager) Hush(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hushFrom, m.hushFor = m.opts.Now(), d
}

// show puts an attempt with the cached tokens into f, the Manager's own facts,
// unless it is hushed. The caller holds mu.
func (m *Manager) show(f *Facts, a Attempt) {
	hushed := m.opts.Now().Sub(m.hushFrom).Abs() < m.hushFor
	if hushed && a.Outcome == AttemptFailed && !f.Last.Failed() && m.hidden.IsZero() {
		m.hidden = a.At
	}
	if a.At != m.hidden {
		f.Last = a
	}
}
