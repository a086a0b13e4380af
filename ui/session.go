// Package ui holds every face of the program. No face holds logic: a face
// subscribes to a Session's State and renders it, and hands clicks back.
//
// The faces open no credential and speak to no network: neither this package
// nor any below it imports os, net or net/http. What they know and do goes
// through a Session, which is the agent in the same process or a client of the
// agent's socket in another.
package ui

import (
	"context"

	"rekey/auth"
)

// Session is one home's sign-in as the faces see it. Every method is safe for
// concurrent use. Methods with a context may take seconds and are never called
// on a user interface's thread.
type Session interface {
	// State returns the newest State and never blocks.
	State() auth.State
	// Subscribe returns a channel that always holds the newest State a slow
	// reader has not seen, starting with the present one; older ones are
	// dropped. It is closed when ctx ends or the session does.
	Subscribe(ctx context.Context) <-chan auth.State
	// Refresh renews the sign-in now, or says why not. A refused sign-in is
	// answered without a request.
	Refresh(ctx context.Context) error
	// SignIn runs a sign-in from start to end; calls at the same time share
	// one flow. It returns nil when the new credential is in the store.
	SignIn(ctx context.Context) error
	// CancelSignIn ends a running sign-in, if there is one.
	CancelSignIn()
	// SetKeepFresh switches the keeper on or off.
	SetKeepFresh(ctx context.Context, on bool) error
	// ClaimNotice reports, exactly once ever for each notice and across all
	// processes, that the caller shall show it.
	ClaimNotice(ctx context.Context, notice string) (bool, error)
}
