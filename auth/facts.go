package auth

import "time"

// Facts are all that is known about one home's sign-in: what a State is
// computed from. They are a value; only the Manager changes what it keeps.
type Facts struct {
	// Snapshot is the readable content of the store, nil when there is none.
	Snapshot *Snapshot
	// Token is the fingerprint of its refresh token, "" when it has no tokens.
	Token string
	// LastGood is the last readable content, shown while the store is unreadable.
	LastGood *Snapshot
	// LoadErr is why Snapshot is nil: ErrNoCredential or *UnreadableError.
	LoadErr error
	// Refusal is that of Snapshot, nil when it has none.
	Refusal *Refusal
	// Refreshing: a request is under way.
	Refreshing bool
	// Last is the last request with these tokens that any process has told of,
	// the zero Attempt when there was none.
	Last Attempt
	// Lost: a request with this refresh token was sent and no answer came; the
	// token may be spent.
	Lost bool
	// CommitErr is why new tokens wait to be saved, nil when none wait.
	CommitErr error
	// Restriction is the configuration's objection to these credentials, nil for none.
	Restriction error
	// Store names the store.
	Store string
	// Doubt: the keeper has found that refreshing does not help.
	Doubt bool
	// Notice names the notification that belongs to a dead sign-in, "" for none.
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

// factsLocked is Facts for those who hold mu.
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

// SetPreferences takes over what the user has chosen; nil members stay.
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

// SetSignIn says how far a sign-in has come, the zero value for none.
func (m *Manager) SetSignIn(p SignInProgress) { m.change(func(f *Facts) { f.SignIn = p }) }

// SetSchedule says when the keeper will refresh, zero for never, and whether it
// doubts that refreshing helps.
func (m *Manager) SetSchedule(next time.Time, doubt bool) {
	m.change(func(f *Facts) { f.NextRefresh, f.Doubt = next, doubt })
}

// SetLoans says whom the sign-in is lent to.
func (m *Manager) SetLoans(l Loans) { m.change(func(f *Facts) { f.Loans = l }) }

// SetLastActivity says when the newest Activity happened.
func (m *Manager) SetLastActivity(at time.Time) { m.change(func(f *Facts) { f.LastActivity = at }) }

// Hush keeps the next failure, if it comes within d and is the first one with
// these tokens, out of the State: after a wake the network comes back first. A
// lost answer is always shown.
func (m *Manager) Hush(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hushFrom, m.hushFor = m.opts.Now(), d
}

// show puts an attempt with the cached tokens into the facts f, which are the
// Manager's, unless it is no news yet. The caller holds mu.
func (m *Manager) show(f *Facts, a Attempt) {
	hushed := m.opts.Now().Sub(m.hushFrom).Abs() < m.hushFor
	if hushed && a.Outcome == AttemptFailed && !f.Last.Failed() && m.hidden.IsZero() {
		m.hidden = a.At
	}
	if a.At != m.hidden {
		f.Last = a
	}
}
