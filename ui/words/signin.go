package words

import (
	"slices"
	"time"

	"rekey/auth"
)

// Method is a way to sign in, as a choice among several.
func (w Words) Method(m auth.SignInMethod) string {
	return w.of("sign_in.", string(m), "sign_in.browser")
}

// OtherWays are the ways to sign in that the main action does not take.
func OtherWays(s auth.State) []auth.SignInMethod {
	preferred := s.SignInMethod
	if preferred == auth.SignInPreferred {
		preferred = auth.SignInBrowser
	}
	return slices.DeleteFunc(auth.SignInMethods(), func(m auth.SignInMethod) bool { return m == preferred })
}

// Way is the offer to sign in in one way.
func (w Words) Way(m auth.SignInMethod) string { return w.of("action.", string(m), "action.browser") }

// SignInStep is what the user does next for the running sign-in, "" if there is
// none.
func (w Words) SignInStep(s auth.State) string {
	switch {
	case !s.SigningIn:
		return ""
	case s.SignIn.Other != "":
		return w.question(s)
	case s.SignIn.UserCode != "":
		return w.Say("sign_in.enter_code")
	case s.SignIn.Page == "" && s.SignIn.Method != auth.SignInCodex:
		return w.Say("sign_in.starting")
	}
	return w.Say("sign_in.finish")
}

// question is whether another account may replace the present one.
func (w Words) question(s auth.State) string {
	if s.Email == "" {
		return w.Say("sign_in.other_than_before", "Other", Line(s.SignIn.Other))
	}
	return w.Say("sign_in.other_account", "Other", Line(s.SignIn.Other), "Email", Line(s.Email))
}

// SignInLeft is how much time there is left for the sign-in under way: minutes,
// in the last one seconds. It is "" when no end is known, or it has come.
func (w Words) SignInLeft(s auth.State, now time.Time) string {
	unit, n := remaining(s.SignIn.Until.Sub(now))
	switch {
	case s.SignIn.Until.IsZero(), n == 0:
		return ""
	case unit == time.Second:
		return w.p.Count("sign_in.seconds_left", int(n))
	}
	return w.p.Count("sign_in.minutes_left", int(n))
}

// remaining rounds d up to whole minutes, and to seconds within the last one.
func remaining(d time.Duration) (unit time.Duration, n int64) {
	unit = time.Minute
	if d <= time.Minute {
		unit = time.Second
	}
	return unit, max(0, int64((d+unit-1)/unit))
}
