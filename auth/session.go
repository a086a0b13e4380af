package auth

import (
	"context"
	"time"

	"rekey/usage"
)

// SignInMethod is a way to sign in. The values are stable: they stand in the
// configuration file and on the agent's socket.
type SignInMethod string

// The methods.
const (
	// SignInPreferred stands for the one that the configuration names.
	SignInPreferred SignInMethod = ""
	// SignInBrowser is Rekey's own flow in the user's browser (RFC 8252).
	SignInBrowser SignInMethod = "browser"
	// SignInDevice is the device authorization grant (RFC 8628).
	SignInDevice SignInMethod = "device"
	// SignInCodex is the user's own "codex login".
	SignInCodex SignInMethod = "codex"
)

// SignInMethods lists the methods that can be chosen, the default first.
func SignInMethods() []SignInMethod {
	return []SignInMethod{SignInBrowser, SignInDevice, SignInCodex}
}

// SignInProgress is how far the sign-in under way has come, the zero value when
// there is none. It holds no token; a user code is for the user's eyes and
// worth nothing once the flow has ended. Values can be compared with ==.
type SignInProgress struct {
	// Method is how, "" when no sign-in is under way.
	Method SignInMethod `json:"method,omitempty"`
	// Page is the address to open in a browser, "" as long as it is not known.
	Page string `json:"page,omitempty"`
	// UserCode is what the user enters at Page (RFC 8628, section 3.2).
	UserCode string `json:"userCode,omitempty"`
	// Until is when the flow ends unfinished, UTC.
	Until time.Time `json:"until,omitzero"`
	// Other is who has signed in, when that is another account than before:
	// the flow waits for the user's word whether to replace it.
	Other string `json:"other,omitempty"`
}

// PreferenceChange is a change of what the user has chosen; nil members stay
// as they are.
type PreferenceChange struct {
	KeepFresh     *bool         `json:"keepFresh,omitempty"`
	Notifications *bool         `json:"notifications,omitempty"`
	StartAtLogin  *bool         `json:"startAtLogin,omitempty"`
	SignInMethod  *SignInMethod `json:"signInMethod,omitempty"`
	// Usage: the backend may be asked how much of the plan is used.
	Usage *bool `json:"usage,omitempty"`
	// UsageAlerts are the percents, 1 to 100, at which to tell how full a window
	// is; an empty list stands for never.
	UsageAlerts *[]int `json:"usageAlerts,omitempty"`
}

// KeepFresh is the change of that one switch.
func KeepFresh(on bool) PreferenceChange { return PreferenceChange{KeepFresh: &on} }

// Session is one home's sign-in as the faces see it. Every method is safe for
// concurrent use. Methods with a context may take seconds and are never called
// on a user interface's thread.
type Session interface {
	// State returns the newest State and never blocks.
	State() State
	// Subscribe returns a channel that always holds the newest State a slow
	// reader has not seen, starting with the present one; older ones are
	// dropped. It is closed when ctx ends or the session does.
	Subscribe(ctx context.Context) <-chan State
	// Refresh refreshes the sign-in now, or says why not. A refused sign-in is
	// answered without a request.
	Refresh(ctx context.Context) error
	// SignIn runs a sign-in from start to end; calls at the same time share
	// one flow. It returns nil when the new credential is in the store. What
	// the user has to know and to answer meanwhile is in State.SignIn.
	SignIn(ctx context.Context, method SignInMethod) error
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
	SetPreferences(ctx context.Context, c PreferenceChange) error
	// Activity returns what happened lately, the oldest first. A new
	// State.LastActivity tells when to ask again.
	Activity(ctx context.Context) ([]Activity, error)
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
	// refreshing first if need be. It is for callers who hand it on: no face
	// shows it. Its errors are those of Manager.Token.
	Token(ctx context.Context, atLeast time.Duration) (AccessToken, error)
	// ClaimNotice reports, exactly once ever for each notice (State.Notice) or
	// alert (Usage.Alerts) and across all processes, that the caller shall show it.
	ClaimNotice(ctx context.Context, notice string) (bool, error)
}
