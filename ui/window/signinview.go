package window

import (
	"net/url"
	"time"

	"rekey/auth"
	"rekey/ui/words"
)

// SignInView is what the window shows of a running sign-in; the zero value if
// there is none.
type SignInView struct {
	// Step is what the user does next, "" when no sign-in is under way.
	Step string
	// Page is the address to open, nil if unknown or not a web page.
	Page *url.URL
	// Code is the code to enter there, "" for none.
	Code string
	// Left is the remaining time, "" if unknown.
	Left string
	// Question: Step asks whether another account may replace the present one;
	// Keep is the label for "no".
	Question bool
	Keep     string
}

func signInView(w words.Words, s auth.State, now time.Time) SignInView {
	if !s.SigningIn {
		return SignInView{}
	}
	v := SignInView{Step: w.SignInStep(s), Left: words.Capital(w.SignInLeft(s, now))}
	if s.SignIn.Other != "" {
		v.Question, v.Keep = true, w.Say("window.keep_present")
		if s.Email != "" {
			v.Keep = w.Say("window.keep", "Email", words.Clip(words.Line(s.Email), longestKept))
		}
		return v
	}
	v.Page, v.Code = webPage(s.SignIn.Page), words.Line(s.SignIn.UserCode)
	return v
}

// longestKept is how much of an e-mail address a button has room for.
const longestKept = 24

// webPage returns the address of a web page, nil for any other address, so that
// an address cannot start another program.
func webPage(address string) *url.URL {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil
	}
	return u
}
