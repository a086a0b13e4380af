package window

import (
	"time"

	"rekey/auth"
	"rekey/ui/words"
	"rekey/usage"
)

// UsageView is what the window shows of the usage, a pure function of it and
// the clock. Without Rows and Notes nothing is shown.
type UsageView struct {
	// Rows are the windows of the plan.
	Rows []UsageRow
	// Notes are lines below them: credits, resets, problems, and the age of the
	// figures.
	Notes []string
	// Plot is the last seven days of one window, the oldest first.
	Plot []usage.Point
	// Plotted says what the plot shows, "" for no plot.
	Plotted string
}

// UsageRow is one window of the plan.
type UsageRow struct {
	// Name is the window's, Line its percent and reset, Pace when it will be full
	// at this pace, "" when it will not.
	Name, Line, Pace string
	// Used is how full it is, from 0 to 1, negative if unknown.
	Used float64
	// Gone is the fraction of its time that has passed, likewise.
	Gone float64
	// Full: nothing is left.
	Full bool
}

// plotted is how far back the plot goes.
const plotted = 7 * 24 * time.Hour

// UsageOf returns what the window shows for u and its history at the time now.
func UsageOf(w words.Words, u usage.Usage, s auth.State, history []usage.Point, now time.Time) (v UsageView) {
	u = u.At(now)
	for _, of := range u.Windows {
		row := UsageRow{Name: words.Capital(w.WindowName(of)), Line: w.WindowLine(of, now), Pace: words.Capital(w.Pace(of, now)), Used: -1, Gone: -1, Full: of.Full()}
		if of.UsedPercent != nil {
			row.Used = min(max(*of.UsedPercent/100, 0), 1)
		}
		if gone, ok := of.Gone(now); ok {
			row.Gone = gone
		}
		v.Rows = append(v.Rows, row)
	}
	if len(u.Windows) > 0 {
		v.plot(w, u.Windows, history, now)
	}
	note := func(text string) {
		if text != "" {
			v.Notes = append(v.Notes, words.Capital(text))
		}
	}
	if plan := w.UsagePlan(u, s); plan != w.Plan(s.Plan) {
		note(plan)
	}
	note(w.Credits(u))
	note(w.ResetCredits(u, now))
	note(w.SpendLimit(u, now))
	note(w.UsageReached(u))
	if u.Problem.OfBackend() {
		note(w.UsageProblem(u, now))
	}
	if u.Known() {
		note(w.UsageAge(u, now))
	}
	return v
}

// plot chooses the main limit's longest window of a week or less, of which most
// can be seen in seven days.
func (v *UsageView) plot(w words.Words, windows []usage.Window, history []usage.Point, now time.Time) {
	of := windows[0]
	for _, candidate := range windows {
		if candidate.Limit == of.Limit && candidate.Minutes > of.Minutes && candidate.Minutes <= 7*24*60 {
			of = candidate
		}
	}
	for _, p := range history {
		if p.Limit == of.Limit && p.Minutes == of.Minutes && now.Sub(p.At) <= plotted && !p.At.After(now) {
			v.Plot = append(v.Plot, p)
		}
	}
	if len(v.Plot) < 2 {
		v.Plot = nil // there is nothing to compare yet
		return
	}
	v.Plotted = w.Say("window.usage_plot", "Window", words.Capital(w.WindowName(of)))
}
