package auth

import (
	"strconv"
	"strings"
	"time"
)

// parseTimestamp reads last_refresh and returns it as UTC. It is RFC 3339 with
// the liberties Codex's time library takes: "t" or a space for "T", "z" or "UTC"
// for "Z", spaces around the marks, one-digit fields, up to six digits for the
// year, and any number of fraction digits.
func parseTimestamp(text string) (time.Time, error) {
	f := timestampForm{rest: text}
	f.spaces()
	year := f.number(4, 6)
	f.mark("-")
	month := f.number(1, 2)
	f.mark("-")
	day := f.number(1, 2)
	f.oneOf("Tt ")
	f.spaces()
	hour := f.number(1, 2)
	f.mark(":")
	minute := f.number(1, 2)
	f.mark(":")
	second := f.number(1, 2)
	nanosecond := f.fraction()
	f.spaces()
	offset := f.zone()
	if f.failed || f.rest != "" || hour > 23 || minute > 59 || second > 60 {
		return time.Time{}, errFieldTime
	}
	date := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if date.Year() != year || date.Month() != time.Month(month) || date.Day() != day {
		return time.Time{}, errFieldTime // there is no such day
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, nanosecond, time.UTC).Add(-offset)
	if t.Year() < 0 || t.Year() > 999_999 {
		return time.Time{}, errFieldTime // its zone offset has pushed it out of range
	}
	return t, nil
}

// timestampForm takes a timestamp apart. Once something is missing it has
// failed, and what it returns means nothing.
type timestampForm struct {
	rest   string
	failed bool
}

func (f *timestampForm) spaces() { f.rest = strings.TrimLeft(f.rest, "\t\n\f\r ") }

// digits takes as many digits as there are, but not more than most.
func (f *timestampForm) digits(least, most int) (digits string) {
	n := 0
	for n < len(f.rest) && n < most && '0' <= f.rest[n] && f.rest[n] <= '9' {
		n++
	}
	f.failed = f.failed || n < least
	digits, f.rest = f.rest[:n], f.rest[n:]
	return digits
}

func (f *timestampForm) number(least, most int) int {
	n, _ := strconv.Atoi(f.digits(least, most)) // of at most six digits
	return n
}

// oneOf takes one of these characters, and returns 0 where there is none.
func (f *timestampForm) oneOf(marks string) (mark byte) {
	if f.rest == "" || strings.IndexByte(marks, f.rest[0]) < 0 {
		f.failed = true
		return 0
	}
	mark, f.rest = f.rest[0], f.rest[1:]
	return mark
}

// mark takes a mark with spaces around it.
func (f *timestampForm) mark(mark string) {
	f.spaces()
	f.oneOf(mark)
	f.spaces()
}

// fraction takes the fraction of a second, if there is one, and returns it in
// nanoseconds.
func (f *timestampForm) fraction() int {
	if !strings.HasPrefix(f.rest, ".") {
		return 0
	}
	f.rest = f.rest[1:]
	n, _ := strconv.Atoi((f.digits(1, len(f.rest)) + "000000000")[:9])
	return n
}

// zone takes the zone and returns how far it is ahead of UTC.
func (f *timestampForm) zone() time.Duration {
	for _, utc := range []string{"z", "utc"} {
		if n := len(utc); len(f.rest) >= n && strings.EqualFold(f.rest[:n], utc) {
			f.rest = f.rest[n:]
			return 0
		}
	}
	sign := f.oneOf("+-")
	hours := f.number(2, 2)
	f.rest = strings.TrimLeft(f.rest, ": ")
	minutes := f.number(2, 2)
	f.failed = f.failed || hours > 23 || minutes > 59
	offset := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	if sign == '-' {
		return -offset
	}
	return offset
}

// formatTimestamp writes a time as Codex does: UTC with nine fraction digits.
func formatTimestamp(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05.000000000Z")
}
