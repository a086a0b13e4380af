package words

import "rekey/auth"

// Action is what the main button or row does in a State.
type Action int

// The actions. Only one is offered at a time.
const (
	ActionNone Action = iota
	ActionSignIn
	ActionCancelSignIn
	ActionRefresh
	ActionOpenFolder
	ActionUnlock
)

// MainAction returns the one action that helps in s and its label, or
// ActionNone and "".
func (w Words) MainAction(s auth.State) (Action, string) {
	if s.SigningIn {
		return ActionCancelSignIn, w.Say("action.cancel_sign_in")
	}
	switch s.Status {
	case auth.StatusSignedOut:
		return ActionSignIn, w.Say("action.sign_in")
	case auth.StatusAPIKey:
		return ActionSignIn, w.Say("action.sign_in_chatgpt")
	case auth.StatusExpiring, auth.StatusSignInRequired:
		return ActionSignIn, w.Say("action.sign_in_again")
	case auth.StatusWaiting:
		if s.Lent {
			return ActionSignIn, w.Say("action.sign_in")
		}
		if s.Refreshable == auth.RefreshableNo {
			return ActionSignIn, w.Say("action.sign_in_again")
		}
		return ActionRefresh, w.Say("action.try_now")
	case auth.StatusUnreadable:
		if s.Locked {
			return ActionUnlock, w.Say("action.unlock")
		}
		return ActionOpenFolder, w.Say("action.open_folder")
	}
	return ActionNone, ""
}

// Refreshable reports whether to offer "Refresh now" beside the main action:
// there is a sign-in that can be refreshed and was not refused.
func Refreshable(s auth.State) bool {
	return s.Refreshable != auth.RefreshableNo && (s.Status == auth.StatusHealthy || s.Status == auth.StatusRefreshing)
}
