package auth

import "time"

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
