package auth

import "context"

// Restriction returns the configuration's objection to s, or nil.
func (m *Manager) Restriction(s *Snapshot) error { return m.opts.Restriction(s) }

// ReplaceSignIn writes credentials over whatever the store holds, for a sign-in
// that completes within one call.
func (m *Manager) ReplaceSignIn(ctx context.Context, next *Snapshot) error {
	return m.signIn(ctx, next, func(*Snapshot) bool { return true })
}

// CommitSignIn writes the credentials of a sign-in that began when the store
// held base, unless someone has signed in or out since: then it returns
// ErrStoreChanged and writes nothing. If the old sign-in was only refreshed
// meanwhile, it is replaced.
func (m *Manager) CommitSignIn(ctx context.Context, base, next *Snapshot) error {
	return m.signIn(ctx, next, func(current *Snapshot) bool { return base.SameSignIn(current) })
}

// signIn writes next if may accepts the store's current content.
func (m *Manager) signIn(ctx context.Context, next *Snapshot, may func(current *Snapshot) bool) error {
	unlock, err := m.opts.RefreshLock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	m.opts.Step(StepSigningIn)
	err = m.opts.Store.Update(ctx, func(current *Snapshot) (*Snapshot, error) {
		if !may(current) {
			return nil, ErrStoreChanged
		}
		m.isWriting(next)
		return next, nil
	})
	if err != nil {
		return err
	}
	m.opts.Step(StepSignedIn)
	m.mu.Lock()
	m.owner = nil // tokens of a host program are replaced too
	m.mu.Unlock()
	m.takeIssued(next, ActivitySignedIn, m.attempt(m.opts.Memory.Token(next), AttemptSignedIn))
	return nil
}
