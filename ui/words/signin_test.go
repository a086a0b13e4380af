package words_test

import (
	"slices"
	"testing"
	"time"

	"rekey/auth"
	"rekey/ui/words"
)

func TestSignInStep(t *testing.T) {
	const page = "https://auth.example.com/device"
	tests := []struct {
		name  string
		state auth.State
		want  string
	}{
		{"none", auth.State{}, ""},
		{"starting", auth.State{SigningIn: true, SignIn: auth.SignInProgress{Method: auth.SignInBrowser}}, "One moment…"},
		{"browser", auth.State{SigningIn: true, SignIn: auth.SignInProgress{Method: auth.SignInBrowser, Page: page}},
			"Finish the sign-in in your browser"},
		{"codex", auth.State{SigningIn: true, SignIn: auth.SignInProgress{Method: auth.SignInCodex}},
			"Finish the sign-in in your browser"},
		{"device", auth.State{SigningIn: true, SignIn: auth.SignInProgress{Method: auth.SignInDevice, Page: page, UserCode: "ABCD-1234"}},
			"Open this page on any device and enter the code"},
		{"other account", auth.State{SigningIn: true, Email: "ada@example.com", SignIn: auth.SignInProgress{Other: "grace@example.com\u202e"}},
			"You signed in as grace@example.com. Replace ada@example.com?"},
		{"other than a nameless one", auth.State{SigningIn: true, SignIn: auth.SignInProgress{Other: "grace@example.com"}},
			"You signed in as grace@example.com, a different account. Replace the present one?"},
	}
	for _, tt := range tests {
		if got := english.SignInStep(tt.state); got != tt.want {
			t.Errorf("%s: SignInStep = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestMethod(t *testing.T) {
	seen := map[string]auth.SignInMethod{}
	for _, m := range auth.SignInMethods() {
		for _, text := range []string{english.Method(m), english.Way(m)} {
			if other, dup := seen[text]; dup {
				t.Errorf("%q and %q read the same: %q", m, other, text)
			}
			seen[text] = m
		}
	}
}

// TestOtherWays: the main action's way is not among them, chosen or not.
func TestOtherWays(t *testing.T) {
	for preferred, want := range map[auth.SignInMethod][]auth.SignInMethod{
		auth.SignInPreferred: {auth.SignInDevice, auth.SignInCodex},
		auth.SignInBrowser:   {auth.SignInDevice, auth.SignInCodex},
		auth.SignInDevice:    {auth.SignInBrowser, auth.SignInCodex},
		auth.SignInCodex:     {auth.SignInBrowser, auth.SignInDevice},
	} {
		if got := words.OtherWays(auth.State{SignInMethod: preferred}); !slices.Equal(got, want) {
			t.Errorf("beside %q: %q, want %q", preferred, got, want)
		}
	}
}

// TestSignInLeft walks through a device code's fifteen minutes from one change
// of the words to the next: minutes, and seconds only within the last one.
func TestSignInLeft(t *testing.T) {
	until := now.Add(15 * time.Minute)
	s := auth.State{SigningIn: true, SignIn: auth.SignInProgress{Until: until.UTC()}}
	var got []string
	for at := now; ; {
		got = append(got, english.SignInLeft(s, at))
		next := words.NextChange(s, at)
		if next.IsZero() {
			break
		}
		if text := english.SignInLeft(s, next.Add(-1)); text != got[len(got)-1] {
			t.Errorf("just before NextChange %v it reads %q, at first %q", next, text, got[len(got)-1])
		}
		at = next
	}
	want := append([]string{"15 min left", "14 min left", "13 min left", "12 min left", "11 min left", "10 min left", "9 min left",
		"8 min left", "7 min left", "6 min left", "5 min left", "4 min left", "3 min left", "2 min left"}, "60 s left", "59 s left")
	if len(got) != 14+60+1 || got[len(got)-1] != "" || got[len(got)-2] != "1 s left" {
		t.Fatalf("%d texts: %q", len(got), got)
	}
	for i, text := range want {
		if got[i] != text {
			t.Errorf("text %d is %q, want %q", i, got[i], text)
		}
	}
	if text := english.SignInLeft(auth.State{SigningIn: true}, now); text != "" {
		t.Errorf("without an end: %q", text)
	}
}
