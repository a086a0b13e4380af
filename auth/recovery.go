package auth

import "context"

// RecoveryStep is the last step of an UnauthorizedRecovery.
type RecoveryStep string

// The steps.
const (
	RecoveryReloaded  RecoveryStep = "reloaded"  // the store held other credentials: try them
	RecoveryRefreshed RecoveryStep = "refreshed" // refreshed, or the host program gave new tokens: try them
	RecoveryDone      RecoveryStep = "done"      // nothing is left to try
)

// UnauthorizedRecovery is what a program does after a 401 from the API it
// calls: it first checks whether the store already holds new credentials, then
// refreshes them, then gives up. A host program that owns the tokens is asked
// once. One value serves one failed call; it is not safe for concurrent use.
type UnauthorizedRecovery struct {
	manager *Manager
	failed  *Snapshot
	next    int
}

// Recover starts the recovery of a call that failed with the cached
// credentials.
func (m *Manager) Recover() *UnauthorizedRecovery {
	s, _ := m.Snapshot()
	return &UnauthorizedRecovery{manager: m, failed: s}
}

// Next takes the next step and says which it was. Its error is the step's;
// after a permanent error, and when nothing is left to try, the step is
// RecoveryDone.
func (r *UnauthorizedRecovery) Next(ctx context.Context) (RecoveryStep, error) {
	r.next++
	external := r.failed.Kind() == KindExternalTokens
	switch {
	case r.next == 1 && !external:
		if reloaded, err := r.reload(ctx); err != nil {
			r.next = 2
			return RecoveryDone, err
		} else if reloaded {
			return RecoveryReloaded, nil
		}
		r.next = 2
		fallthrough
	case r.next == 1, r.next == 2 && !external:
		if !r.failed.Managed() && !external {
			return RecoveryDone, nil
		}
		err := r.manager.Refresh(ctx, RefreshForced)
		if OutcomeOf(err) == OutcomePermanent {
			return RecoveryDone, err
		}
		return RecoveryRefreshed, err
	}
	return RecoveryDone, nil
}

// reload reports whether the store holds other credentials of the account.
func (r *UnauthorizedRecovery) reload(ctx context.Context) (bool, error) {
	disk, err := r.manager.opts.Store.Load(ctx)
	if err != nil || r.failed.Kind() != KindChatGPT {
		return false, nil // the refresh, if there is one, reports what is wrong
	}
	if !disk.sameAccount(r.failed) {
		return false, &RefreshError{Permanent: true, Reason: ReasonAccountChanged}
	}
	if disk.Equal(r.failed) {
		return false, nil
	}
	r.manager.take(disk, nil)
	return true, nil
}
