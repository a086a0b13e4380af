package window

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"rekey/assets/lang"
	"rekey/auth"
	"rekey/lend"
	"rekey/test/kit"
	"rekey/ui/words"
	"rekey/usage"
)

// moment is the time at which the scenes play: a Monday, 11:05.
var moment = time.Date(2026, 11, 23, 11, 5, 0, 0, time.FixedZone("EET", 2*60*60))

// scene is something that the window may have to show.
type scene struct {
	name        string
	state       auth.State
	homes       []string
	failed      error // of a click on "Refresh now"
	gone        bool
	preferences bool // that page is on show, not the activity
	problem     error
	activities  []auth.Activity
	usage       usage.Usage
	history     []usage.Point
	loans       []lend.Loan
	about       bool // that page is on show
}

// scenes are one for every State, and all else there is to see.
func scenes() (list []scene) {
	for _, status := range auth.Statuses() {
		list = append(list, scene{name: string(status), state: kit.State(status, moment), activities: past()})
	}
	signingIn := func(p auth.SignInProgress) auth.State {
		s := kit.State(auth.StatusSignInRequired, moment)
		p.Until = moment.Add(14 * time.Minute).UTC()
		s.SigningIn, s.SignIn = true, p
		return s
	}
	const device, page = "https://auth.openai.com/codex/device", "https://auth.openai.com/oauth/authorize?client_id=fake"
	codex := kit.State(auth.StatusHealthy, moment)
	codex.SignInMethod, codex.Notifications, codex.StartAtLogin = auth.SignInCodex, true, true
	return append(list,
		scene{name: "signing_in_starting", state: signingIn(auth.SignInProgress{Method: auth.SignInDevice})},
		scene{name: "signing_in_browser", state: signingIn(auth.SignInProgress{Method: auth.SignInBrowser, Page: page})},
		scene{name: "signing_in_device", state: signingIn(auth.SignInProgress{Method: auth.SignInDevice, Page: device, UserCode: "ABCD-12345"})},
		scene{name: "signing_in_other", state: signingIn(auth.SignInProgress{Method: auth.SignInBrowser, Other: "grace@example.com"})},
		scene{name: "preferences", state: codex, preferences: true, homes: []string{"/home/ada/.codex", "/home/ada/work/.codex"}},
		scene{name: "usage", state: kit.State(auth.StatusHealthy, moment), usage: measured(5), history: week(), activities: past()},
		scene{name: "usage_one", state: kit.State(auth.StatusHealthy, moment), usage: measured(1)},
		scene{name: "usage_none", state: kit.State(auth.StatusHealthy, moment), usage: budgeted()},
		scene{name: "usage_full", state: kit.State(auth.StatusHealthy, moment), usage: exhausted()},
		scene{name: "loans", state: kit.State(auth.StatusHealthy, moment), loans: lent()},
		scene{name: "about", state: kit.State(auth.StatusHealthy, moment), about: true},
		scene{name: "gone", state: kit.State(auth.StatusHealthy, moment), gone: true},
		scene{
			name: "trouble", state: kit.State(auth.StatusHealthy, moment), problem: errors.New("the recent activity cannot be read"),
			failed: &auth.RefreshError{Status: 503},
		},
	)
}

// lent are loans in every state there is.
func lent() (list []lend.Loan) {
	loan := func(name, home string, left time.Duration, change func(*lend.Loan)) {
		l := lend.Loan{ID: name, Target: lend.Target{Name: name, CodexHome: home}, Since: moment.Add(-time.Hour), WorksUntil: moment.Add(left)}
		if change != nil {
			change(&l)
		}
		list = append(list, l)
	}
	loan("ssh:ada@a-box-with-a-long-name-that-nobody-has-thought-about.development.example.com", "", 20*time.Minute, func(l *lend.Loan) {
		l.Fault, l.Failures, l.FailingSince = &lend.Fault{Code: lend.Unreachable}, 3, moment.Add(-2*time.Hour)
	})
	loan("ssh:devbox", "", 5*time.Hour, nil)
	loan("docker:web", "/home/vscode/.codex", 5*time.Hour, nil)
	loan("wsl:Ubuntu", "", 5*time.Hour, func(l *lend.Loan) { l.Ending = lend.Stopped })
	loan("podman:db", "", 5*time.Hour, func(l *lend.Loan) { l.Ended = lend.OwnSignIn })
	return list
}

// limit is a window of the plan.
func limit(name string, minutes int, percent float64, left time.Duration) usage.Window {
	w := usage.Window{Limit: usage.MainLimit, Minutes: minutes, UsedPercent: &percent, ResetsAt: moment.Add(left)}
	if name != "" {
		w.Limit, w.Name = name, name
	}
	return w
}

// arabic is a name that is written from right to left.
const arabic = "مكتب القاهرة"

// measured is a plan with so many of five windows and everything else.
func measured(windows int) usage.Usage {
	return usage.Usage{
		FetchedAt: moment.Add(-time.Minute), Plan: "plus",
		Windows: []usage.Window{
			limit("", 300, 18, 3*time.Hour), limit("", 7*24*60, 64, 80*time.Hour), limit("Spark", 300, 3, time.Hour),
			limit(arabic, 7*24*60, 51, 90*time.Hour), limit("A limit with a name that nobody has thought about", 30*24*60, 0, 500*time.Hour),
		}[:windows],
		Credits: &usage.Credits{HasCredits: true, Balance: "12.50"}, ResetCredits: &usage.ResetCredits{Available: 2, ExpiresAt: moment.Add(200 * time.Hour)},
	}
}

// budgeted is a plan without windows, whose workspace caps what is spent.
func budgeted() usage.Usage {
	used := 20.5
	return usage.Usage{
		FetchedAt: moment.Add(-time.Minute), Plan: "business",
		SpendLimit: &usage.SpendLimit{Limit: "100", Used: "20.5", UsedPercent: &used, ResetsAt: moment.Add(50 * time.Hour)},
	}
}

// exhausted is one of which nothing is left, that cannot be asked for anew.
func exhausted() usage.Usage {
	return usage.Usage{
		FetchedAt: moment.Add(-2 * time.Hour), Problem: usage.ProblemNotReached, RetryAt: moment.Add(time.Minute),
		Windows: []usage.Window{limit("", 300, 134, 20*time.Minute), {Limit: usage.MainLimit, Minutes: 7 * 24 * 60}},
	}
}

// week is the history of the window of a week.
func week() (points []usage.Point) {
	for hour := range 7 * 24 {
		points = append(points, usage.Point{
			At: moment.Add(time.Duration(hour-7*24+1) * time.Hour), Limit: usage.MainLimit, Minutes: 7 * 24 * 60,
			UsedPercent: float64((hour+70)%168) * 0.6,
		})
	}
	return points
}

// past is a recent past with everything in it.
func past() (list []auth.Activity) {
	kinds := []auth.ActivityKind{
		auth.ActivitySignedOut, auth.ActivitySignedIn, auth.ActivityRefreshed, auth.ActivityLost, auth.ActivityUnsaved,
		auth.ActivityFailed, auth.ActivityRefused, auth.ActivityAdopted, auth.ActivityRefreshed,
	}
	for i, kind := range kinds {
		a := auth.Activity{At: moment.Add(time.Duration(i+1-len(kinds)) * 7 * time.Hour).UTC(), Kind: kind, Count: 1}
		switch kind {
		case auth.ActivityRefused:
			a.Reason = auth.ReasonReused
		case auth.ActivityFailed:
			a.Count = 12
		}
		list = append(list, a)
	}
	return list
}

// shown is what the content is given for the scene.
func (s scene) shown(w words.Words) shown {
	v := shown{
		view: ViewOf(w, s.state, moment), tone: toneOf(s.state), state: s.state, home: "/home/ada/.codex",
		homes: s.homes, activities: s.activities, activityProblem: s.problem, now: moment,
		usage: UsageOf(w, s.usage, s.state, s.history, moment), loans: LoansOf(w, s.loans, moment), canAdd: true, canQuit: true,
	}
	if s.failed != nil {
		v.note = w.Failed("failed.refresh", s.failed)
	}
	if s.gone {
		v.view, v.tone, v.gone = goneView(w, &home{known: true, state: s.state}), toneWarning, true
	}
	return v
}

// who is whose sign-in a scene is about.
type who struct{ name, email string }

// people have easy addresses and hard ones.
func people() []who {
	return []who{
		{"ada", "ada@example.com"},
		{"long", "augusta.ada.king-noel.countess.of.lovelace+analytical.engine@mathematics.university.example.com"},
		{"rtl", "עדה.לאבלייס@דוגמה.example.com"},
	}
}

// of makes it the scene of another person, if it is anybody's.
func (s scene) of(p who) scene {
	if s.state.Email != "" {
		s.state.Email = p.email
	}
	if s.state.SignIn.Other != "" && p.name != "ada" {
		s.state.SignIn.Other = strings.Replace(p.email, "example.com", "example.org", 1)
	}
	return s
}

// forced is a theme that does not care what variant it is asked for.
type forced struct {
	fyne.Theme
	variant fyne.ThemeVariant
}

func (f forced) Color(name fyne.ThemeColorName, _ fyne.ThemeVariant) colour {
	return f.Theme.Color(name, f.variant)
}

// variants are the themes by name.
func variants() map[string]fyne.ThemeVariant {
	return map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark}
}

// tongues are the words by language.
func tongues() (list []words.Words) {
	for _, name := range lang.Languages() {
		list = append(list, words.New(lang.For(name)))
	}
	return list
}

// newApp is an app with the window's theme.
func newApp(t *testing.T) fyne.App {
	t.Helper()
	app := test.NewTempApp(t)
	app.Settings().SetTheme(newPalette())
	return app
}

// set shows a scene in a window of that size. Its clicks go nowhere.
func set(t *testing.T, s scene, w words.Words, size fyne.Size) (fyne.Window, *content) {
	t.Helper()
	c := newContent(w, actions{})
	window := test.NewTempWindow(t, c.scroll)
	window.SetPadded(false)
	window.Resize(size)
	if s.preferences {
		c.tabs.choose(1)
	}
	if s.about {
		c.tabs.choose(2)
	}
	c.show(s.shown(w))
	return window, c
}
