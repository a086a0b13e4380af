package words

import (
	"time"

	"rekey/auth"
)

// ActivityTime is the time of day at which it happened, last if it did so
// several times, in now's zone.
func (w Words) ActivityTime(a auth.Activity, now time.Time) string {
	return a.At.In(now.Location()).Format("15:04")
}

// ActivityText is what happened, without a time: "Refused: the refresh token was
// already used". It says how often, when that was more than once.
func (w Words) ActivityText(a auth.Activity) string {
	what := w.activity(a)
	if a.Count < 2 {
		return what
	}
	return w.p.Count("activity.times", a.Count, "What", what)
}

func (w Words) activity(a auth.Activity) string {
	if a.Kind == auth.ActivityRefused {
		return w.Say("activity.refused", "Why", w.Reason(a.Reason))
	}
	return w.of("activity.", string(a.Kind), "activity.something")
}

// ActivityDay is the day on which it happened: "Today", "Yesterday",
// "Fri 20 Nov", "20 Nov 2025".
func (w Words) ActivityDay(a auth.Activity, now time.Time) string {
	t := a.At.In(now.Location())
	month, number := w.Say(months[t.Month()-1]), t.Format("2")
	switch {
	case sameDay(t, now):
		return w.Say("day.today")
	case sameDay(t, midnight(now, -1)):
		return w.Say("day.yesterday")
	case t.Year() == now.Year():
		return w.Say("day.year", "Weekday", w.Say(weekdays[t.Weekday()]), "Day", number, "Month", month)
	}
	return w.Say("day.other_year", "Day", number, "Month", month, "Year", t.Format("2006"))
}
