package words

import "rekey/auth"

// Action is what the one button or row does that helps in a State.
type Action int

// The actions. Only one is offered at a time.
const (
	ActionNone Action = iota
	ActionSignIn
	ActionCancelSignIn
	ActionRefresh
	ActionOpenFolder
)

// MainAction is the one thing that helps in s, with its label, or ActionNone
// and "".
func MainAction(s auth.State) (Action, string) {
	if s.SigningIn {
		return ActionCancelSignIn, "Cancel sign-in"
	}
	switch s.Status {
	case auth.StatusSignedOut:
		return ActionSignIn, "Sign in…"
	case auth.StatusAPIKey:
		return ActionSignIn, "Sign in with ChatGPT…"
	case auth.StatusExpiring, auth.StatusSignInRequired:
		return ActionSignIn, "Sign in again…"
	case auth.StatusWaiting:
		if s.Renewable == auth.RenewableNo {
			return ActionSignIn, "Sign in again…"
		}
		return ActionRefresh, "Try now"
	case auth.StatusUnreadable:
		if !s.Locked {
			return ActionOpenFolder, "Open folder"
		}
	}
	return ActionNone, ""
}

// Refreshable tells whether "Refresh now" has a meaning beside the main action:
// there is a sign-in that a renewal can be asked for. A refused one is not
// asked for again.
func Refreshable(s auth.State) bool {
	return s.Renewable != auth.RenewableNo && (s.Status == auth.StatusHealthy || s.Status == auth.StatusRenewing)
}
