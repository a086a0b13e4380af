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
	"time"

	"rekey/auth"
	"rekey/usage"
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
	// one flow. It returns nil when the new credential is in the store. What
	// the user has to know and to answer meanwhile is in State.SignIn.
	SignIn(ctx context.Context, method auth.SignInMethod) error
	// CancelSignIn ends a running sign-in, if there is one.
	CancelSignIn()
	// AnswerSignIn answers the question of State.SignIn.Other: whether that
	// account may replace the present one. No flow, or no question: nothing.
	AnswerSignIn(ctx context.Context, yes bool) error
	// SignOut removes the credentials; the authorization server is told, best
	// effort.
	SignOut(ctx context.Context) error
	// Unlock has the desktop ask its user to unlock the keyring that the
	// credentials are in.
	Unlock(ctx context.Context) error
	// SetPreferences takes over what the user has chosen; it shows in the State.
	SetPreferences(ctx context.Context, c auth.PreferenceChange) error
	// Activity returns what happened lately, the oldest first. A new
	// State.LastActivity tells when to ask again.
	Activity(ctx context.Context) ([]auth.Activity, error)
	// Usage returns what is known of how much the plan allows and what of it is
	// used, without asking for it. It never blocks for long: at most a small file
	// of Rekey's own is read. Show what its method At returns.
	Usage() usage.Usage
	// SubscribeUsage returns a channel that always holds the newest Usage a slow
	// reader has not seen, starting with the present one, once it is known. It
	// asks for nothing. It is closed when ctx ends or the session does.
	SubscribeUsage(ctx context.Context) <-chan usage.Usage
	// LookAtUsage is called when somebody looks: when a menu or a window opens,
	// and once a minute while it stays open. It asks the backend if what is known
	// is older than a minute and nothing speaks against it, and returns what is
	// known then; calls at the same time share one question. It may take 10 s.
	// What stands in the way is in Usage.Problem; an error is the session's end.
	LookAtUsage(ctx context.Context) (usage.Usage, error)
	// UsageHistory returns how full each window was in the last seven days, the
	// oldest first. A new Usage tells when to ask again.
	UsageHistory(ctx context.Context) ([]usage.Point, error)
	// Token returns an access token that works for at least the given time,
	// renewing first if need be. It is for callers who hand it on: no face
	// shows it. Its errors are those of auth.Manager.Token.
	Token(ctx context.Context, atLeast time.Duration) (auth.AccessToken, error)
	// ClaimNotice reports, exactly once ever for each notice (State.Notice) or
	// alert (Usage.Alerts) and across all processes, that the caller shall show it.
	ClaimNotice(ctx context.Context, notice string) (bool, error)
}
