package words

import (
	"cmp"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"rekey/auth"
	"rekey/usage"
)

// The texts about usage. Times are clock times, so that texts stay true;
// nextUsageChange says when one will change. Pass a Usage as of now: see
// usage.Usage.At.

// WindowName is what people call a window: "5 h", "week", or "Spark · 5 h" for
// an additional limit.
func (w Words) WindowName(of usage.Window) string {
	length := w.windowLength(of.Minutes)
	name := cmp.Or(of.Name, of.Limit)
	if of.Limit == usage.MainLimit {
		name = ""
	}
	if name == "" {
		return cmp.Or(length, w.Say("plan_usage.window"))
	}
	if length == "" {
		return isolated(name)
	}
	return isolated(name) + " · " + length
}

// longestName is how much of a limit's name there is room for.
const longestName = 28

// isolated is a foreign name on one line, with right-to-left names isolated so
// that they do not reorder what follows.
func isolated(name string) string {
	const apart, end = "\u2068", "\u2069" // Unicode's first strong isolate
	name = Clip(Line(name), longestName)
	if strings.ContainsFunc(name, func(r rune) bool { return unicode.In(r, unicode.Hebrew, unicode.Arabic) }) {
		return apart + name + end
	}
	return name
}

// windowLength is a window's length in the word or number people use for it, ""
// when it is not known.
func (w Words) windowLength(minutes int) string {
	const hour, day = 60, 24 * 60
	switch {
	case minutes <= 0:
		return ""
	case minutes == day:
		return w.Say("plan_usage.day")
	case minutes == 7*day:
		return w.Say("plan_usage.week")
	case minutes == 30*day, minutes == 31*day:
		return w.Say("plan_usage.month")
	case minutes%day == 0:
		return w.p.Count("about.days", minutes/day)
	case minutes >= hour && minutes%hour <= 1: // the backend adds a second here and there
		return w.p.Count("about.hours", minutes/hour)
	case minutes < 2*hour:
		return w.p.Count("about.minutes", minutes)
	}
	return w.p.Count("about.hours", int(math.Round(float64(minutes)/hour)))
}

// Percent is "18%", "–" when it is not known.
func (w Words) Percent(p *float64) string {
	if p == nil {
		return "–"
	}
	// What is not quite full is not shown as full.
	n := math.Round(*p)
	if *p < 100 {
		n = min(n, 99)
	}
	return w.Say("plan_usage.percent", "Number", strconv.FormatFloat(n, 'f', -1, 64))
}

// Bar is a percent in so many signs: "▰▰▱▱▱▱▱▱▱▱". One that is not known is
// empty; one that is used at all shows it.
func Bar(p *float64, signs int) string {
	full := 0
	if p != nil && *p > 0 {
		full = max(int(math.Round(min(*p, 100)*float64(signs)/100)), 1)
		if *p < 100 {
			full = min(full, signs-1)
		}
	}
	return strings.Repeat("▰", full) + strings.Repeat("▱", signs-full)
}

// Reset says when a window is reset: "resets 14:05", "not started", "" when it is
// not known.
func (w Words) Reset(of usage.Window, now time.Time) string {
	switch {
	case of.NotBegun:
		return w.Say("plan_usage.not_begun")
	case of.ResetsAt.IsZero():
		return ""
	}
	return w.Say("plan_usage.resets", "When", w.clock(of.ResetsAt, now))
}

// WindowLine is what there is to say of a window after its name: "18%, resets
// 14:05".
func (w Words) WindowLine(of usage.Window, now time.Time) string {
	percent := w.Percent(of.UsedPercent)
	if reset := w.Reset(of, now); reset != "" {
		return w.Say("plan_usage.line", "Percent", percent, "Reset", reset)
	}
	return percent
}

// WindowRow is a window in one line of a menu: "5 h  ▰▰▱▱▱▱▱▱▱▱ 18%, resets 14:05".
func (w Words) WindowRow(of usage.Window, now time.Time) string {
	return w.WindowName(of) + "  " + Bar(of.UsedPercent, 10) + " " + w.WindowLine(of, now)
}

// Pace says when a window will be full if its user goes on like this, "" when it
// will not or nothing can be said yet.
func (w Words) Pace(of usage.Window, now time.Time) string {
	at, ok := of.FullAt(now)
	if !ok {
		return ""
	}
	return w.Say("plan_usage.pace", "When", w.when(at, now))
}

// Tightest is the tightest window in a few words, for a tooltip or a bar: "5 h
// 18%, resets 14:05", followed by its age if it is old. Without a window that is
// known it is the workspace's cap, "" if there is none either.
func (w Words) Tightest(u usage.Usage, now time.Time) string {
	text := w.SpendLimit(u, now)
	if tightest, ok := u.Tightest(); ok {
		text = w.WindowName(tightest) + " " + w.WindowLine(tightest, now)
		if !tightest.ToldAt.IsZero() {
			u.FetchedAt = tightest.ToldAt
		}
	}
	if text == "" || !OldUsage(u, now) {
		return text
	}
	return text + " · " + w.UsageAge(u, now)
}

// UsagePlan is the plan that the backend names; where the sign-in names another
// it says so. It is "" when the backend names none.
func (w Words) UsagePlan(u usage.Usage, s auth.State) string {
	plan := w.Plan(u.Plan)
	token := w.Plan(s.Plan)
	if plan == "" || token == "" || plan == token {
		return plan
	}
	return w.Say("plan_usage.plan_differs", "Plan", plan, "Token", token)
}

// currentFor is how long figures are shown without their age: longer than a bar
// waits between two looks.
const currentFor = 10 * time.Minute

// OldUsage reports whether a face must say how old the figures are: a problem
// is in the way of newer ones, or nobody has looked for some minutes.
func OldUsage(u usage.Usage, now time.Time) bool {
	at := toldAt(u)
	return !at.IsZero() && (u.Problem != "" || now.Sub(at).Abs() >= currentFor)
}

// UsageAge says when the figures were true, "" when there are none.
func (w Words) UsageAge(u usage.Usage, now time.Time) string {
	at := toldAt(u)
	if at.IsZero() {
		return ""
	}
	return w.Say("plan_usage.as_of", "When", w.clock(at, now))
}

// toldAt is when the backend last answered; if it never has, when Codex was told
// the oldest of the figures.
func toldAt(u usage.Usage) time.Time {
	at := u.FetchedAt
	for _, of := range u.Windows {
		if u.FetchedAt.IsZero() && (at.IsZero() || of.ToldAt.Before(at)) {
			at = of.ToldAt
		}
	}
	return at
}

// UsageAlert is the notification for an alert.
func (w Words) UsageAlert(a usage.Alert, now time.Time) (title, body string) {
	name := w.WindowName(a.Window)
	if a.Percent == 0 {
		return w.Say("plan_usage.alert_reset_title", "Window", name), w.WindowLine(a.Window, now)
	}
	title = w.Say("plan_usage.alert_title", "Window", name, "Percent", w.Percent(a.Window.UsedPercent))
	body = w.Reset(a.Window, now)
	if pace := w.Pace(a.Window, now); pace != "" {
		body = w.Say("plan_usage.line", "Percent", body, "Reset", pace)
	}
	return title, Capital(body)
}

// nextUsageChange returns when a text about u will next change: see NextChange.
func nextUsageChange(u usage.Usage, now time.Time) time.Time {
	var next time.Time
	consider := func(t time.Time) {
		if t.After(now) && (next.IsZero() || t.Before(next)) {
			next = t.In(now.Location())
		}
	}
	consider(u.FetchedAt.Add(currentFor))
	for _, of := range u.Windows {
		consider(of.ResetsAt)
		consider(of.ToldAt.Add(currentFor))
	}
	if u.SpendLimit != nil {
		consider(u.SpendLimit.ResetsAt)
	}
	if u.ResetCredits != nil {
		consider(u.ResetCredits.ExpiresAt)
	}
	consider(u.RetryAt)
	if u.Known() {
		consider(midnight(now, 1))
	}
	return next
}
