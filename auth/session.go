package auth

import (
	"context"
	"time"

	"rekey/usage"
)

// SignInMethod is a way to sign in. The values are stable: they are used in the
// configuration file and on the agent's socket.
type SignInMethod string

// The methods.
const (
	// SignInPreferred stands for the method in the configuration.
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

// SignInProgress is the progress of a running sign-in, the zero value when
// there is none. It holds no token; a user code is for the user's eyes and
// worthless once the flow has ended. Values can be compared with ==.
type SignInProgress struct {
	// Method is the method in use, "" when no sign-in is running.
	Method SignInMethod `json:"method,omitempty"`
	// Page is the address to open in a browser, "" until it is known.
	Page string `json:"page,omitempty"`
	// UserCode is what the user enters at Page (RFC 8628, section 3.2).
	UserCode string `json:"userCode,omitempty"`
	// Until is when an unfinished flow times out, UTC.
	Until time.Time `json:"until,omitzero"`
	// Other names the account that has signed in if it differs from the
	// previous one: the flow waits for the user to decide whether it may
	// replace that one.
	Other string `json:"other,omitempty"`
}

// PreferenceChange changes the user's preferences; nil members stay as they
// are.
type PreferenceChange struct {
	KeepFresh     *bool         `json:"keepFresh,omitempty"`
	Notifications *bool         `json:"notifications,omitempty"`
	StartAtLogin  *bool         `json:"startAtLogin,omitempty"`
	SignInMethod  *SignInMethod `json:"signInMethod,omitempty"`
	// Usage: the backend may be asked how much of the plan is used.
	Usage *bool `json:"usage,omitempty"`
	// UsageAlerts are the percentages, 1 to 100, of a usage window at which to
	// alert; an empty list means never.
	UsageAlerts *[]int `json:"usageAlerts,omitempty"`
}

// KeepFresh returns the change of that one switch.
func KeepFresh(on bool) PreferenceChange { return PreferenceChange{KeepFresh: &on} }

// Session is one home's sign-in as the faces see it. Every method is safe for
// concurrent use. Methods with a context may take seconds and are never called
// on a user interface's thread.
type Session interface {
	// State returns the newest State and never blocks.
	State() State
	// Subscribe returns a channel that always holds the newest State a slow
	// reader has not seen, starting with the current one; older ones are
	// dropped. It is closed when ctx or the session ends.
	Subscribe(ctx context.Context) <-chan State
	// Refresh refreshes the sign-in now or returns why it could not. A refused
	// sign-in is answered without a request.
	Refresh(ctx context.Context) error
	// SignIn runs a sign-in from start to end; concurrent calls share one flow.
	// It returns nil when the new credentials are in the store. Meanwhile
	// State.SignIn holds what the user has to know and answer.
	SignIn(ctx context.Context, method SignInMethod) error
	// CancelSignIn ends a running sign-in, if there is one.
	CancelSignIn()
	// AnswerSignIn answers whether the account in State.SignIn.Other may
	// replace the current one. Without a flow or a question it does nothing.
	AnswerSignIn(ctx context.Context, yes bool) error
	// SignOut removes the credentials and, best effort, revokes them.
	SignOut(ctx context.Context) error
	// Unlock has the desktop ask the user to unlock the keyring that holds the
	// credentials.
	Unlock(ctx context.Context) error
	// SetPreferences changes the user's preferences; the State shows them.
	SetPreferences(ctx context.Context, c PreferenceChange) error
	// Activity returns the recent activities, oldest first. A new
	// State.LastActivity means that there are new ones.
	Activity(ctx context.Context) ([]Activity, error)
	// Usage returns what is known of the plan's limits and their use, without
	// asking the backend. At most it reads a small file of Rekey's own. Show
	// the result of its method At.
	Usage() usage.Usage
	// SubscribeUsage returns a channel that always holds the newest Usage a slow
	// reader has not seen, starting with the current one once it is known. It
	// does not ask the backend. It is closed when ctx or the session ends.
	SubscribeUsage(ctx context.Context) <-chan usage.Usage
	// LookAtUsage is called when someone looks: when a menu or a window opens,
	// and once a minute while it stays open. If the known usage is older than a
	// minute, and asking is allowed, it asks the backend and returns the
	// result; concurrent calls share one request. It may take 10 s. A failure
	// to ask is in Usage.Problem; an error means that the session has ended.
	LookAtUsage(ctx context.Context) (usage.Usage, error)
	// UsageHistory returns how full each window was in the last seven days,
	// oldest first. A new Usage means that there may be more.
	UsageHistory(ctx context.Context) ([]usage.Point, error)
	// Token returns an access token that works for at least the given time,
	// refreshing first if need be. It is for callers that pass it on: no face
	// shows it. Its errors are those of Manager.Token.
	Token(ctx context.Context, atLeast time.Duration) (AccessToken, error)
	// ClaimNotice tells the caller whether to show a notice (State.Notice) or
	// an alert (Usage.Alerts). It returns true exactly once ever for each,
	// across all processes.
	ClaimNotice(ctx context.Context, notice string) (bool, error)
}
