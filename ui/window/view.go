package window

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rekey/auth"
	"rekey/ui/words"
)

// Mark is the answer that a fact gives, as a sign beside it.
type Mark int

// The marks.
const (
	MarkNone Mark = iota
	MarkYes
	MarkMaybe
	MarkNo
)

// Fact is one line of what is known: a name, its value and its mark.
type Fact struct {
	Name, Value string
	Mark        Mark
}

// View is everything that the window shows of a State, a pure function of it
// and the clock.
type View struct {
	// Icon selects the picture.
	Icon auth.Status
	// Account is the account with its plan, "" if unknown.
	Account string
	// Headline is the State in a line; Detail adds to it, or is "".
	Headline, Detail string
	// Facts are the three truths and the last refresh; unknown ones have no
	// value and are not shown.
	Facts []Fact
	// Main is the one action that helps, with its label.
	Main      words.Action
	MainLabel string
	// Strong: Codex does not work well until the user takes the main action.
	Strong bool
	// Refresh: the user can refresh now.
	Refresh bool
	// SignIn is the sign-in under way.
	SignIn SignInView
	// CanSignOut: there is a sign-in to sign out of.
	CanSignOut bool
}

// ViewOf returns what the window shows for s at the time now, in now's zone and
// in the language of w.
func ViewOf(w words.Words, s auth.State, now time.Time) View {
	v := View{
		Icon:     s.Status,
		Account:  w.Account(s),
		Headline: w.Headline(s, now),
		Detail:   detail(w, s),
		Refresh:  words.Refreshable(s) && s.Status == auth.StatusHealthy && !s.SigningIn,
		Facts: []Fact{
			credential(w, s),
			{w.Say("window.access_token"), w.Expiry(s, now), accessMark(s)},
			{w.Say("window.refresh"), cmp.Or(w.Refusal(s, now), w.Refresh(s, now)), refreshMark(s)},
			{w.Say("window.last_refreshed"), w.LastRefreshed(s, now), MarkNone},
		},
		SignIn:     signInView(w, s, now),
		CanSignOut: s.Method != auth.KindNone && s.Status != auth.StatusSignedOut && !s.SigningIn,
	}
	if v.Headline == v.Account {
		v.Headline = w.Say("state.signed_in") // the account has its own place
	}
	if s.SignIn.Other == "" { // else there is a question to answer first
		v.Main, v.MainLabel = w.MainAction(s)
	}
	v.Strong = v.Main == words.ActionUnlock || v.Main == words.ActionSignIn && s.Status != auth.StatusAPIKey
	return v
}

// credential is the first truth, unless it cannot be read.
func credential(w words.Words, s auth.State) Fact {
	f := Fact{w.Say("window.credential"), w.Credential(s.Method), MarkYes}
	switch {
	case s.Status == auth.StatusUnreadable:
		f.Value = ""
	case s.Method == auth.KindNone:
		f.Mark = MarkNo
	case s.Restricted:
		f.Mark = MarkMaybe
	}
	return f
}

// accessMark answers the second truth: does the access token work?
func accessMark(s auth.State) Mark {
	if s.Usable {
		return MarkYes
	}
	return MarkNo
}

// refreshMark answers the third truth: can it be refreshed?
func refreshMark(s auth.State) Mark {
	switch {
	case s.Refreshable == auth.RefreshableNo:
		return MarkNo
	case s.Refreshable == auth.RefreshableUnknown && s.Status == auth.StatusHealthy && s.KeepFresh:
		return MarkNone // a sign would look like a fault
	case s.Refreshable == auth.RefreshableUnknown, !s.KeepFresh:
		return MarkMaybe
	}
	return MarkYes
}

// detail is what the headline leaves out.
func detail(w words.Words, s auth.State) string {
	switch {
	case s.SigningIn:
		return "" // the sign-in has a place of its own
	case s.Status == auth.StatusExpiring:
		return lines(w.ReasonSentence(s.Refused), w.Problem(s))
	case s.Status == auth.StatusSignInRequired:
		return lines(w.AfterSignIn(), w.Problem(s))
	case s.Status == auth.StatusUnreadable && s.Email != "":
		return w.Say("window.last_read")
	case s.Status == auth.StatusUnreadable:
		return ""
	}
	return w.Problem(s)
}

// lines are texts below each other, without those that are empty.
func lines(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(text string) bool { return text == "" }), "\n")
}

// toneOf is what a State means to its user.
func toneOf(s auth.State) tone {
	switch {
	case s.SigningIn:
		return toneQuiet
	case s.Restricted, s.CannotSave, s.CommitPending, s.Status == auth.StatusExpiring, s.Status == auth.StatusUnreadable:
		return toneWarning
	case s.Status == auth.StatusSignInRequired:
		return toneBad
	case s.Status == auth.StatusHealthy, s.Status == auth.StatusRefreshing, s.Status == auth.StatusExternal:
		return toneGood
	}
	return toneQuiet
}
