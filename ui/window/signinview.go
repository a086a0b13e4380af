package window

import (
	"net/url"
	"time"

	"rekey/auth"
	"rekey/ui/words"
)

// SignInView is what the window shows of a sign-in under way; the zero value
// when there is none.
type SignInView struct {
	// Step is what the user does next, "" when no sign-in is under way.
	Step string
	// Page is the address to open, nil as long as it is not known or when it
	// is nothing that a browser shows.
	Page *url.URL
	// Code is what is entered there, "" when nothing is.
	Code string
	// Left is how much time there is, "" when that is not known.
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
	v := SignInView{Step: w.SignInStep(s), Left: w.SignInLeft(s, now)}
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

// webPage is an address that a browser may be sent to, nil for any other: an
// address is not a way to start some other program.
func webPage(address string) *url.URL {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil
	}
	return u
}
