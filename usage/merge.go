package usage

import (
	"reflect"
	"slices"
	"time"
)

// Told is what Codex itself was told in the headers of an answer, as logged in
// its session files. It is about one limit only, and null means unknown, not
// gone.
type Told struct {
	// At is when it was told.
	At time.Time
	// Windows are those of the one limit.
	Windows []Window
	// Credits are nil when not mentioned.
	Credits *Credits
	// Reached is the backend's word for the limit that was reached.
	Reached string
}

// clone copies everything that later changes could modify.
func (r *Record) clone() Record {
	c := *r
	c.Usage.Windows, c.Marks = slices.Clone(r.Usage.Windows), slices.Clone(r.Marks)
	return c
}

// belongTo drops the figures of another account. A clock that was ahead may have
// said since when this one is here.
func (r *Record) belongTo(account string, now time.Time) {
	if r.Account != account {
		*r = Record{Account: account, AskedAt: r.AskedAt, Since: now}
	}
	if r.Since.After(now) {
		r.Since = now
	}
}

// maxAhead is how far the clock of who told Codex's figures may be ahead of ours.
const maxAhead = time.Hour

// replace stores an answer of the backend. Windows with newer figures from
// Codex stay as they are, unless a clock that has been set back since told them.
func (r *Record) replace(answer Usage) {
	for i, w := range answer.Windows {
		known := slices.IndexFunc(r.Usage.Windows, func(k Window) bool { return k.key() == w.key() })
		if known < 0 {
			continue
		}
		if newer := r.Usage.Windows[known].ToldAt.Sub(w.ToldAt); newer > 0 && newer <= maxAhead {
			answer.Windows[i] = r.Usage.Windows[known]
		}
	}
	r.Usage = answer
}

// merge stores what Codex was told. It neither adds an account's first figures
// nor removes any, because a null window is not gone.
func (r *Record) merge(lines []Told) {
	for _, told := range lines {
		if told.At.Before(r.Since) {
			continue
		}
		windows := slices.Clone(r.Usage.Windows)
		for _, w := range told.Windows {
			i := slices.IndexFunc(windows, func(k Window) bool { return k.key() == w.key() })
			switch {
			case i < 0:
				windows = append(windows, w)
			case windows[i].ToldAt.Before(w.ToldAt):
				w.Name = windows[i].Name
				windows[i] = w
			}
		}
		r.Usage.Windows = order(windows)
		if told.At.After(r.Usage.FetchedAt) {
			if told.Credits != nil {
				r.Usage.Credits = told.Credits
			}
			if told.Reached != "" {
				r.Usage.Reached = told.Reached
			}
		}
	}
}

// points returns the history points of the windows that have changed.
func (r *Record) points(before Usage) []Point {
	var list []Point
	for _, w := range r.Usage.Windows {
		if w.UsedPercent == nil || slices.ContainsFunc(before.Windows, func(b Window) bool { return b.key() == w.key() && b.ToldAt.Equal(w.ToldAt) }) {
			continue
		}
		list = append(list, Point{w.ToldAt, w.Limit, w.Minutes, *w.UsedPercent})
	}
	return list
}

// equal reports whether two values are equal.
func (u Usage) equal(v Usage) bool { return reflect.DeepEqual(u, v) }
