package window

import (
	"errors"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/usage"
)

// TestActivity: it is fetched when the State says that there is news, and then
// only; the newest is first.
func TestActivity(t *testing.T) {
	s := kit.State(auth.StatusHealthy, time.Now())
	st := openState(t, s)
	st.await("Nothing has happened yet.")
	at := time.Now().UTC().Round(0)
	st.session.Happened(
		auth.Activity{At: at.Add(-time.Second), Kind: auth.ActivityFailed, Count: 12},
		auth.Activity{At: at, Kind: auth.ActivityRefreshed, Count: 1})
	st.publish(func(s *auth.State) { s.LastActivity = at })
	st.await("Refreshed by Rekey")
	text := st.text()
	newest, older := strings.Index(text, "Refreshed by Rekey\n"), strings.Index(text, "Not refreshed yet, will be tried again (12 times)")
	if day := strings.Index(text, "Today"); day < 0 || newest < day || older < newest {
		t.Errorf("it shows\n%s", text)
	}

	st.session.Happened(auth.Activity{At: at, Kind: auth.ActivitySignedOut, Count: 1})
	st.publish(func(s *auth.State) { s.Plan = "plus" })
	st.await("ada@example.com · Plus")
	if strings.Contains(st.text(), "Signed out") {
		t.Error("it was asked for without news")
	}
	st.session.Answer("Activity", errors.New("the recent activity cannot be read"))
	st.publish(func(s *auth.State) { s.LastActivity = at.Add(time.Second) })
	st.await("Not shown: the recent activity cannot be read")
}

func TestActivityEarlier(t *testing.T) {
	st := open(t, auth.StatusHealthy)
	var list []auth.Activity
	at := time.Now().UTC().Round(0)
	for i := range auth.MaxActivities {
		list = append(list, auth.Activity{At: at.Add(time.Duration(i-auth.MaxActivities) * time.Hour), Kind: auth.ActivityRefreshed, Count: i + 1})
	}
	st.session.Happened(list...)
	st.publish(func(s *auth.State) { s.LastActivity = at })
	st.await("(200 times)")
	if strings.Contains(st.text(), "(2 times)") {
		t.Error("all is shown at once")
	}
	st.tap("Show earlier")
	if text := st.text(); !strings.Contains(text, "(2 times)") || strings.Contains(text, "[Show earlier]") {
		t.Errorf("after Show earlier:\n%s", text)
	}
}

// TestPreferences: each is saved through the session. Where that fails the
// window says why, and the switch goes back to what the State says.
func TestPreferences(t *testing.T) {
	s := kit.State(auth.StatusHealthy, time.Now())
	s.Notifications, s.SignInMethod = true, auth.SignInBrowser
	st := openState(t, s)
	st.tap("Preferences")
	for _, want := range []string{
		"(x) Keep my sign-in fresh", "(x) Notifications", "(x) Usage", "( ) Usage alerts", "( ) Start at login", "{In the browser}", "Home\n/home/ada/.codex\n", "/home/ada/.codex/auth.json",
	} {
		if !strings.Contains(st.text(), want) {
			t.Errorf("the preferences do not show %q but\n%s", want, st.text())
		}
	}
	for _, tt := range []struct{ label, call string }{
		{"Keep my sign-in fresh", `{"keepFresh":false}`},
		{"Notifications", `{"notifications":false}`},
		{"Usage", `{"usage":false}`},
		{"Usage alerts", `{"usageAlerts":[80,95]}`},
		{"Usage alerts", `{"usageAlerts":[]}`},
		{"Start at login", `{"startAtLogin":true}`},
	} {
		c := st.check(tt.label)
		c.SetChecked(!c.Checked)
		st.session.Expect(t, "SetPreferences "+tt.call)
	}
	st.window.content.preferences.method.SetSelectedIndex(2)
	st.session.Expect(t, `SetPreferences {"signInMethod":"codex"}`)
	st.await("codex login signs you out first")

	// The agent's word stands: another face has changed one.
	st.until("all is saved", func() bool { return st.window.home().saving == 0 })
	st.session.PublishUsage(usage.Usage{Problem: usage.ProblemOff, AlertsAt: []int{50}})
	st.await("( ) Usage")
	st.await("(x) Usage alerts")
	st.await("At 50%, and when a full limit has been reset.")
	st.publish(func(s *auth.State) { s.SignInMethod = auth.SignInDevice })
	st.await("{With a code, on any device}")
	st.await("(x) Keep my sign-in fresh")

	st.session.Answer("SetPreferences", errors.New("permission denied"))
	st.check("Keep my sign-in fresh").SetChecked(false)
	st.session.Expect(t, `SetPreferences {"keepFresh":false}`)
	st.await("Could not change that: permission denied")
	st.await("(x) Keep my sign-in fresh")
}

// TestSwitchStaysWhileSaving: what the user has just chosen does not jump back
// before it was saved.
func TestSwitchStaysWhileSaving(t *testing.T) {
	st := open(t, auth.StatusHealthy)
	st.tap("Preferences")
	st.check("Keep my sign-in fresh").SetChecked(false)
	st.session.Expect(t, `SetPreferences {"keepFresh":false}`)
	st.window.render() // the words may change at any time
	if !strings.Contains(st.text(), "( ) Keep my sign-in fresh") {
		t.Errorf("the switch has jumped back:\n%s", st.text())
	}
}

func TestSignOut(t *testing.T) {
	st := open(t, auth.StatusHealthy)
	st.tap("Preferences")
	st.tap("Sign out…")
	st.await("Sign out?")
	st.tap("Cancel")
	st.await("[Sign out…]")
	st.tap("Sign out…")
	press(st.window, "Escape")
	st.await("[Sign out…]")
	select {
	case call := <-st.session.Calls:
		t.Fatalf("a question that was not answered with yes: %s", call)
	default:
	}
	st.tap("Sign out…")
	st.session.Answer("SignOut", errors.New("permission denied"))
	st.tap("Sign out")
	st.session.Expect(t, "SignOut")
	st.await("Could not sign out: permission denied")
	st.session.Publish(kit.State(auth.StatusSignedOut, time.Now()))
	st.await("Not signed in")
	if strings.Contains(st.text(), "[Sign out…]") {
		t.Error("there is nothing to sign out of")
	}
}

func TestPreferencesNameOnlyWhatIsKnown(t *testing.T) {
	st := openState(t, auth.State{Status: auth.StatusSignedOut})
	st.tap("Preferences")
	if text := st.text(); strings.Contains(text, "Stored in") || !strings.Contains(text, "Home\n") {
		t.Errorf("the preferences show\n%s", text)
	}
}
