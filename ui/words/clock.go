package words

import (
	"time"

	"rekey/auth"
)

const day = 24 * time.Hour

// clock writes a time as people say it: "14:05" today, "Tue 14:05" within six
// days, "2 Dec 14:05" this year, else "2 Jan 2027 14:05". All in now's zone.
func (w Words) clock(t, now time.Time) string {
	t = t.In(now.Location())
	away := midnight(t, 0).Sub(midnight(now, 0)).Abs()
	hour := t.Format("15:04")
	switch {
	case sameDay(t, now):
		return hour
	case away < 6*day+day/2: // half a day of slack: a day may have 23 or 25 hours
		return w.Say("clock.week", "Weekday", w.Say(weekdays[t.Weekday()]), "Time", hour)
	case t.Year() == now.Year():
		return w.Say("clock.year", "Month", w.Say(months[t.Month()-1]), "Day", t.Format("2"), "Time", hour)
	}
	return w.Say("clock.other_year",
		"Year", t.Format("2006"), "Month", w.Say(months[t.Month()-1]), "Day", t.Format("2"), "Time", hour)
}

// weekdays are message ids, as time.Weekday counts.
var weekdays = [...]string{
	"weekday.sunday", "weekday.monday", "weekday.tuesday", "weekday.wednesday",
	"weekday.thursday", "weekday.friday", "weekday.saturday",
}

// months are message ids, January first.
var months = [...]string{
	"month.january", "month.february", "month.march", "month.april", "month.may", "month.june",
	"month.july", "month.august", "month.september", "month.october", "month.november", "month.december",
}

// when is clock as the end of a sentence: "at 14:05", "Tue 14:05".
func (w Words) when(t, now time.Time) string {
	if sameDay(t.In(now.Location()), now) {
		return w.Say("clock.at", "Time", w.clock(t, now))
	}
	return w.clock(t, now)
}

// about is a rounded length of time: "3 h", "25 min", "2 days".
func (w Words) about(d time.Duration) string {
	unit, n := steps(d)
	switch {
	case n == 0:
		return w.Say("about.moment")
	case unit == day:
		return w.p.Count("about.days", int(n))
	case unit == time.Hour:
		return w.p.Count("about.hours", int(n))
	}
	return w.p.Count("about.minutes", int(int64(unit/time.Minute)*n))
}

// steps rounds d to a whole number of units, halves down. The units are as
// coarse as a glance needs, so that the words seldom change: days, hours, five
// minutes, and single minutes only for the last ten.
func steps(d time.Duration) (unit time.Duration, n int64) {
	switch {
	case d > 36*time.Hour:
		unit = day
	case d > 90*time.Minute:
		unit = time.Hour
	case d > 12*time.Minute+30*time.Second:
		unit = 5 * time.Minute
	default:
		unit = time.Minute
	}
	return unit, int64((d + unit/2 - 1) / unit)
}

// NextChange returns when any text of this package about s will next change,
// the zero time if only a new State can change it. It is in now's zone. A face
// sets one timer to it.
func NextChange(s auth.State, now time.Time) time.Time {
	var next time.Time
	consider := func(t time.Time) {
		if t.After(now) && (next.IsZero() || t.Before(next)) {
			next = t.In(now.Location())
		}
	}
	for _, t := range []time.Time{s.ExpiresAt, s.NextRefresh, s.RefusedAt, s.LastRefresh, s.LastActivity} {
		if !t.IsZero() {
			consider(t)
			consider(midnight(now, 1))
		}
	}
	if d := s.ExpiresAt.Sub(now); d > 0 {
		// Rounding halves down, the number falls when exactly n-1/2 units are left.
		unit, n := steps(d)
		left := time.Duration(n)*unit - unit/2
		consider(s.ExpiresAt.Add(-left))
	}
	if d := s.SignIn.Until.Sub(now); d > 0 {
		unit, n := remaining(d) // rounded up, the number falls when n-1 units are left
		consider(s.SignIn.Until.Add(-time.Duration(n-1) * unit))
	}
	return next
}

// midnight is the first moment of the day that is days after t's.
func midnight(t time.Time, days int) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d+days, 0, 0, 0, 0, t.Location())
}

func sameDay(a, b time.Time) bool {
	ay, am, ad := a.Date()
	by, bm, bd := b.Date()
	return ay == by && am == bm && ad == bd
}
