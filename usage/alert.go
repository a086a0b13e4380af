package usage

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// AlertPrefix begins the ID of every Alert.
const AlertPrefix = "usage/"

// Alert is a notification that is due: a window has reached one of the user's
// percentages, or a full one has been reset. A face shows it if it can claim
// its ID (Session.ClaimNotice), and withdraws it when it is no longer listed.
type Alert struct {
	// ID identifies it across processes.
	ID string `json:"id"`
	// Window is the window that it is about.
	Window Window `json:"window"`
	// Percent is the user's percentage that was reached, 0 when the window has
	// been reset.
	Percent int `json:"percent"`
	// EndsAt is when it is no longer due: when the window is reset, or an hour
	// after it was. The zero time means unknown.
	EndsAt time.Time `json:"endsAt,omitzero"`
}

// resetShown is how long an alert about a reset stays due.
const resetShown = time.Hour

// maxMarks is how many windows are remembered.
const maxMarks = 32

// mark updates the marks from the windows.
func (r *Record) mark(now time.Time) {
	for _, w := range r.Usage.At(now).Windows {
		if w.UsedPercent == nil {
			continue
		}
		for i := range r.Marks {
			if m := &r.Marks[i]; m.Full && m.ResetAt.IsZero() && m.key() == w.key() && !m.is(w) && !w.Full() {
				m.ResetAt = now
			}
		}
		i := slices.IndexFunc(r.Marks, func(m Mark) bool { return m.is(w) })
		if i < 0 {
			i = len(r.Marks)
			r.Marks = append(r.Marks, Mark{Limit: w.Limit, Minutes: w.Minutes, ResetsAt: w.ResetsAt})
		}
		r.Marks[i].Full = r.Marks[i].Full || w.Full()
	}
	if over := len(r.Marks) - maxMarks; over > 0 {
		r.Marks = slices.Delete(r.Marks, 0, over)
	}
}

func (m Mark) key() key { return key{m.Limit, m.Minutes} }

// is reports whether w is the marked window. The backend recomputes the reset
// time for each answer, so it varies a little.
func (m Mark) is(w Window) bool {
	near := max(15*time.Minute, time.Duration(m.Minutes)*time.Minute/20)
	return m.key() == w.key() && m.ResetsAt.Sub(w.ResetsAt).Abs() <= near
}

// alerts returns the alerts that are due for percents.
func (r *Record) alerts(percents []int, now time.Time) []Alert {
	if len(percents) == 0 {
		return nil
	}
	var due []Alert
	for _, w := range r.Usage.At(now).Windows {
		if w.UsedPercent == nil {
			continue
		}
		for _, m := range r.Marks {
			percent := highest(percents, *w.UsedPercent)
			switch {
			case m.is(w) && percent > 0:
				due = append(due, Alert{m.id(percent), w, percent, w.ResetsAt})
			case m.key() == w.key() && !m.ResetAt.IsZero() && now.Sub(m.ResetAt) < resetShown && !w.Full():
				due = append(due, Alert{m.id(0), w, 0, m.ResetAt.Add(resetShown)})
			}
		}
	}
	return due
}

// highest returns the greatest of percents that used has reached, 0 for none.
func highest(percents []int, used float64) int {
	top := 0
	for _, p := range percents {
		if float64(p) <= used {
			top = max(top, p)
		}
	}
	return top
}

// id returns the ID of an alert about the marked window.
func (m Mark) id(percent int) string {
	return fmt.Sprintf("%s%d/%d/%d/%s", AlertPrefix, percent, m.Minutes, m.ResetsAt.Unix(), m.Limit)
}

// claim claims the alert and the lower ones. It reports whether it was still
// unclaimed.
func (r *Record) claim(id string) bool {
	number, _, _ := strings.Cut(strings.TrimPrefix(id, AlertPrefix), "/")
	percent, err := strconv.Atoi(number)
	if err != nil {
		return false
	}
	i := slices.IndexFunc(r.Marks, func(m Mark) bool { return m.id(percent) == id })
	if i < 0 {
		return false
	}
	m := &r.Marks[i]
	if slices.ContainsFunc(m.Claimed, func(p int) bool { return p == percent || percent > 0 && p > percent }) {
		return false
	}
	m.Claimed = append(m.Claimed, percent)
	return true
}
