package tray

import (
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/ui/words"
)

const mended = "Signed in. Codex processes already running pick it up on their next request."

// TestNoteOfASignIn: whoever started it, a sign-in that worked is noted, and
// one that did not is not.
func TestNoteOfASignIn(t *testing.T) {
	now := time.Now()
	dead, healthy := kit.State(auth.StatusSignInRequired, now), kit.State(auth.StatusHealthy, now)
	fresh := healthy
	fresh.LastRefresh = now.UTC()
	signing := func(s auth.State) auth.State { s.SigningIn = true; return s }
	refreshing := fresh
	refreshing.Status = auth.StatusRefreshing
	tests := []struct {
		name   string
		states []auth.State
		want   string
	}{
		{"mended", []auth.State{dead, signing(dead), signing(fresh), fresh}, mended},
		{"mended at once", []auth.State{dead, signing(dead), fresh}, mended},
		{"another account", []auth.State{healthy, signing(healthy), fresh}, mended},
		{"cancelled", []auth.State{dead, signing(dead), dead}, ""},
		{"cancelled while healthy", []auth.State{healthy, signing(healthy), healthy}, ""},
		{"mended by another process", []auth.State{dead, fresh}, ""},
		{"at the start", []auth.State{fresh}, ""},
		{"refreshed since", []auth.State{dead, signing(dead), fresh, refreshing, fresh}, ""},
	}
	for _, tt := range tests {
		var n note
		var was auth.State
		for _, s := range tt.states {
			n.follow(words.English(), was, s)
			was = s
		}
		if n.text != tt.want {
			t.Errorf("%s: the note is %q, want %q", tt.name, n.text, tt.want)
		}
	}
}

// TestNoteOfAClick: what came of a click is noted until the next click.
func TestNoteOfAClick(t *testing.T) {
	var n note
	first := n.begin()
	n.say(first, "one")
	if n.text != "one" {
		t.Errorf("the note is %q", n.text)
	}
	second := n.begin()
	if n.text != "" {
		t.Errorf("after another click the note is %q", n.text)
	}
	n.say(first, "too late")
	if n.text != "" {
		t.Errorf("the click before noted %q", n.text)
	}
	n.say(second, "two")
	healthy, waiting := kit.State(auth.StatusHealthy, time.Now()), kit.State(auth.StatusWaiting, time.Now())
	n.follow(words.English(), healthy, healthy)
	if n.text != "two" {
		t.Errorf("the note is %q", n.text)
	}
	n.follow(words.English(), healthy, waiting)
	if n.text != "" {
		t.Errorf("of another status the note says %q", n.text)
	}
}
