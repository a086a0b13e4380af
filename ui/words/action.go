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
	ActionUnlock
)

// MainAction is the one thing that helps in s, with its label, or ActionNone
// and "".
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

// Refreshable tells whether "Refresh now" has a meaning beside the main action:
// there is a sign-in that a refresh can be asked for. A refused one is not
// asked for again.
func Refreshable(s auth.State) bool {
	return s.Refreshable != auth.RefreshableNo && (s.Status == auth.StatusHealthy || s.Status == auth.StatusRefreshing)
}
