package window

import (
	"cmp"
	"time"

	"rekey/auth"
	"rekey/ui/words"
)

// Fact is one line of what is known, a name and its value.
type Fact struct{ Name, Value string }

// View is all that the window shows, as a pure function of State and clock.
type View struct {
	// Icon selects the picture.
	Icon auth.Status
	// Account is whose sign-in it is, with the plan; "" when not known.
	Account string
	// Headline is the State in a line, Detail what there is to add, or "".
	Headline, Detail string
	// Facts are the three truths and where they come from; those that are not
	// known have no value and are not shown.
	Facts []Fact
	// Main is the one action that helps, with its label.
	Main      words.Action
	MainLabel string
	// Strong: Codex does not work well before the main action was taken.
	Strong bool
	// Refresh: a renewal can be asked for; CanRefresh: also right now.
	Refresh, CanRefresh bool
}

// ViewOf is what the window shows for s at the time now, in now's zone and in
// the language of w.
func ViewOf(w words.Words, s auth.State, now time.Time) View {
	v := View{
		Icon:     s.Status,
		Account:  w.Account(s),
		Headline: w.Headline(s, now),
		Detail:   detail(w, s),
		Refresh:  words.Refreshable(s),
		Facts: []Fact{
			{w.Say("window.credential"), credential(w, s)},
			{w.Say("window.access_token"), w.Expiry(s, now)},
			{w.Say("window.renewal"), cmp.Or(w.Refusal(s, now), w.Renewal(s, now))},
			{w.Say("window.last_renewed"), w.LastRenewed(s, now)},
			{w.Say("window.stored_in"), words.Line(s.Store)},
		},
	}
	v.CanRefresh = v.Refresh && s.Status == auth.StatusHealthy
	if v.Headline == v.Account {
		v.Headline = w.Say("state.signed_in") // the account has its own place
	}
	if a, label := w.MainAction(s); a != words.ActionOpenFolder {
		v.Main, v.MainLabel = a, label
	}
	v.Strong = v.Main == words.ActionSignIn && s.Status != auth.StatusAPIKey
	return v
}

// credential is the first truth, unless it cannot be read.
func credential(w words.Words, s auth.State) string {
	if s.Status == auth.StatusUnreadable {
		return ""
	}
	return w.Credential(s.Method)
}

// detail is what the headline leaves out.
func detail(w words.Words, s auth.State) string {
	switch {
	case s.SigningIn:
		return w.Say("window.finish_in_browser")
	case s.Status == auth.StatusExpiring:
		return w.ReasonSentence(s.Refused)
	case s.Status == auth.StatusSignInRequired:
		return w.AfterSignIn()
	case s.Status == auth.StatusUnreadable && s.Email != "":
		return w.Say("window.last_read")
	case s.Status == auth.StatusUnreadable:
		return ""
	}
	return w.Problem(s)
}
