package tray

import (
	"time"

	"rekey/auth"
	"rekey/ui/words"
)

// note is a home's one line about what came of a click. Its holder guards it.
type note struct {
	text   string
	clicks int       // how many there were
	before time.Time // State.LastRefresh when the sign-in under way began
}

// begin counts a click, which takes the note about the last one away. It
// returns the click's number, for say.
func (n *note) begin() int {
	n.clicks++
	n.text = ""
	return n.clicks
}

// say notes what came of a click, unless there was another since.
func (n *note) say(click int, text string) {
	if click == n.clicks {
		n.text = text
	}
}

// follow keeps the note true when now follows on was. What was noted about a
// status goes with it. A sign-in that worked, wherever it was started, leaves
// the one thing to know about it.
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
