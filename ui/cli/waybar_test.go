package cli_test

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/usage"
)

// barLine is a line as Waybar reads it.
type barLine struct{ Text, Alt, Tooltip, Class string }

func parseBar(t *testing.T, line string) (b barLine) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&b); err != nil {
		t.Fatalf("Waybar cannot read %q: %v", line, err)
	}
	for _, markup := range []string{b.Text, b.Tooltip} { // Pango's is XML
		if err := xml.Unmarshal([]byte("<markup>"+markup+"</markup>"), new(struct{})); err != nil {
			t.Errorf("%q is no markup: %v", markup, err)
		}
	}
	return b
}

// Every State is a class of its own, and the tooltip says what status says.
func TestWaybar(t *testing.T) {
	now := time.Now() // the bar follows the wall clock
	for _, status := range auth.Statuses() {
		session := kit.NewSession(kit.State(status, now))
		out, end := watching(t, session, "--format", "waybar")
		out.wantLines(t, 1, `"class":"`+string(status)+`"`)
		b := parseBar(t, out.lines()[0])
		if b.Alt != string(status) || b.Text == "" || !strings.HasPrefix(b.Tooltip, b.Text) {
			t.Errorf("%s is %+v", status, b)
		}
		end()
	}
}

// What others wrote is no markup, and steers nothing.
func TestWaybarEscapes(t *testing.T) {
	state := kit.State(auth.StatusHealthy, time.Now())
	state.Email = "a&b<span size='9999'>\x1b[1m\n\"c\"@example.com"
	session := kit.NewSession(state)
	out, end := watching(t, session, "--format", "waybar")
	out.wantLines(t, 1, "@example.com")
	b := parseBar(t, out.lines()[0])
	if strings.ContainsAny(b.Text, "<>\"'\x1b\n") || !strings.HasPrefix(b.Text, "a&amp;b&lt;span ") {
		t.Errorf("the text is %q", b.Text)
	}
	end()
}

// Of several homes the bar shows the worst, and the tooltip all.
func TestWaybarOfSeveralHomes(t *testing.T) {
	now := time.Now()
	a, b := kit.NewSession(kit.State(auth.StatusHealthy, now)), kit.NewSession(kit.State(auth.StatusSignInRequired, now))
	out, end := watchingSeveral(t, []string{"--format", "waybar"}, a, b)
	out.wantLines(t, 1, "sign_in_required")
	got := parseBar(t, out.lines()[0])
	if got.Class != "sign_in_required" || got.Text != "Sign in again: the refresh token was already used" ||
		!strings.HasPrefix(got.Tooltip, "<b>~/.codex-1</b>\nada@example.com · Pro\n") || !strings.Contains(got.Tooltip, "\n<b>~/.codex-2</b>\nSign in again") {
		t.Errorf("the bar shows %+v", got)
	}
	same := kit.State(auth.StatusHealthy, now)
	same.KeepFresh, same.Notifications = true, true // nothing that is shown
	a.Publish(same)
	b.Publish(kit.State(auth.StatusHealthy, now))
	out.wantLines(t, 2, `"class":"healthy"`)
	end()
}

// With --usage the text is how much is used, as long as the sign-in is well; the
// tooltip has what is known in any case.
func TestWaybarUsage(t *testing.T) {
	now := time.Now()
	fresh := used()
	for i := range fresh.Windows {
		if w := &fresh.Windows[i]; !w.ResetsAt.IsZero() {
			w.ResetsAt = now.Add(time.Duration(w.Minutes) * time.Minute / 2)
		}
	}
	for _, test := range []struct {
		status auth.Status
		args   []string
		text   string
		looks  bool
	}{
		{auth.StatusHealthy, []string{"--usage"}, "week 105%, resets ", true},
		{auth.StatusHealthy, nil, "ada@example.com", false},
		{auth.StatusSignInRequired, []string{"--usage"}, "Sign in again", true},
	} {
		session := kit.NewSession(kit.State(test.status, now))
		session.PublishUsage(fresh)
		out, end := watching(t, session, append([]string{"--format", "waybar"}, test.args...)...)
		out.wantLines(t, 1, test.text)
		if b := parseBar(t, out.lines()[0]); !strings.HasPrefix(b.Text, test.text) || !strings.Contains(b.Tooltip, "\n5 h  ▰▰▱▱▱▱▱▱▱▱ 18%, resets ") || !strings.Contains(b.Tooltip, "\nSpark · 5 h  ▱▱▱▱▱▱▱▱▱▱ –") {
			t.Errorf("%+v: %+v", test, b)
		}
		if test.looks {
			session.Expect(t, "LookAtUsage")
		}
		end()
	}
}

// Old figures are marked with their age, with the reason in the tooltip, and a
// reset changes the bar without news.
func TestWaybarOldUsage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now, percent := time.Now(), 105.0
		session := kit.NewSession(kit.State(auth.StatusHealthy, now))
		session.PublishUsage(usage.Usage{
			FetchedAt: now.Add(-time.Hour), Problem: usage.ProblemNotReached,
			Windows: []usage.Window{{Limit: usage.MainLimit, Minutes: 300, UsedPercent: &percent, ResetsAt: now.Add(time.Minute)}},
		})
		out, end := watching(t, session, "--format", "waybar", "--usage")
		synctest.Wait()
		b := parseBar(t, out.lines()[0])
		if !strings.HasPrefix(b.Text, "5 h 105%, resets ") || !strings.Contains(b.Text, " · as of ") || !strings.HasSuffix(b.Tooltip, " – The backend was not reached. Check the network.") {
			t.Errorf("the bar shows %+v", b)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		lines := out.lines()
		if b := parseBar(t, lines[len(lines)-1]); len(lines) != 2 || b.Text != "ada@example.com · Pro" || !strings.Contains(b.Tooltip, "\n5 h  ▱▱▱▱▱▱▱▱▱▱ –\nAs of ") {
			t.Errorf("after the reset the lines are\n%s", out)
		}
		end()
	})
}
