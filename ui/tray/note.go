package tray

import (
	"time"

	"rekey/auth"
	"rekey/ui/words"
)

// note is a home's one line about the result of a click. Its holder guards it.
type note struct {
	text   string
	clicks int       // how many there were
	before time.Time // State.LastRefresh when the sign-in under way began
}

// begin counts a click and clears the note about the last one. It returns the
// click's number, for say.
func (n *note) begin() int {
	n.clicks++
	n.text = ""
	return n.clicks
}

// say notes the result of a click, unless there was another since.
func (n *note) say(click int, text string) {
	if click == n.clicks {
		n.text = text
	}
}

// follow updates the note when the State changes from was to now. A note about
// a status goes away with it. A successful sign-in, wherever it was started,
// leaves a hint.
func (n *note) follow(w words.Words, was, now auth.State) {
	if now.Status != was.Status {
		n.text = ""
	}
	switch {
	case now.SigningIn && !was.SigningIn:
		n.before = was.LastRefresh
	case was.SigningIn && !now.SigningIn && now.Status == auth.StatusHealthy && !now.LastRefresh.Equal(n.before):
		n.text = w.Say("tray.signed_in")
	}
}
