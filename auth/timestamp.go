package auth

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The years of Codex's time library, in UTC.
const (
	firstYear = -262_143
	lastYear  = 262_142
)

// parseTimestamp reads last_refresh and returns it as UTC. It is RFC 3339 with
// the liberties of Codex's time library (chrono's FromStr for DateTime): "t" or a
// space for "T", "z" or "UTC" for "Z", a minus sign of Unicode for "-" in the zone,
// white space in most places, fields with fewer digits, more for a year that has
// a sign, and any number of digits for the fraction.
func parseTimestamp(text string) (time.Time, error) {
	f := timestampForm{rest: text}
	year := f.year()
	f.mark("-")
	month := f.number(2)
	f.mark("-")
	day := f.number(2)
	f.oneOf("Tt ")
	hour := f.number(2)
	f.mark(":")
	minute := f.number(2)
	f.mark(":")
	second := f.number(2)
	nanosecond := f.fraction()
	f.space()
	offset := f.zone()
	f.space()
	if f.failed || f.rest != "" || hour > 23 || minute > 59 || second > 60 {
		return time.Time{}, errFieldTime
	}
	date := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if date.Year() != year || date.Month() != time.Month(month) || date.Day() != day {
		return time.Time{}, errFieldTime // there is no such day
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, nanosecond, time.UTC).Add(-offset)
	if t.Year() < firstYear || t.Year() > lastYear {
		return time.Time{}, errFieldTime // perhaps only because of its zone
	}
	return t, nil
}

// timestampForm takes a timestamp apart. Once something is missing it has
// failed, and what it returns means nothing.
type timestampForm struct {
	rest   string
	failed bool
}

func (f *timestampForm) space() { f.rest = strings.TrimLeftFunc(f.rest, unicode.IsSpace) }

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

// number takes a number of at most so many digits, and white space before it.
func (f *timestampForm) number(most int) int {
	f.space()
	n, err := strconv.Atoi(f.digits(1, most))
	f.failed = f.failed || err != nil
	return n
}

// year takes a year. With a sign it may have any number of digits.
func (f *timestampForm) year() int {
	f.space()
	if f.rest == "" || f.rest[0] != '+' && f.rest[0] != '-' {
		return f.number(4)
	}
	sign := f.rest[:1]
	f.rest = f.rest[1:]
	n, err := strconv.Atoi(sign + f.digits(1, len(f.rest)))
	f.failed = f.failed || err != nil || n < firstYear-1 || n > lastYear+1
	return n
}

// oneOf takes one of these characters, and returns 0 where there is none.
func (f *timestampForm) oneOf(marks string) rune {
	mark, size := utf8.DecodeRuneInString(f.rest)
	if size == 0 || !strings.ContainsRune(marks, mark) {
		f.failed = true
		return 0
	}
	f.rest = f.rest[size:]
	return mark
}

// mark takes a mark, and white space before it.
func (f *timestampForm) mark(mark string) {
	f.space()
	f.oneOf(mark)
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
	for _, utc := range []string{"utc", "z"} {
		if n := len(utc); len(f.rest) >= n && strings.EqualFold(f.rest[:n], utc) {
			f.rest = f.rest[n:]
			return 0
		}
	}
	sign := f.oneOf("+-\u2212")
	hours, _ := strconv.Atoi(f.digits(2, 2))
	f.rest = strings.TrimLeftFunc(f.rest, func(r rune) bool { return r == ':' || unicode.IsSpace(r) })
	minutes, _ := strconv.Atoi(f.digits(2, 2))
	f.failed = f.failed || hours > 23 || minutes > 59
	offset := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	if sign != '+' {
		return -offset
	}
	return offset
}

// formatTimestamp writes a time as Codex does: UTC with nine fraction digits, and a
// sign before a year that has not four digits.
func formatTimestamp(t time.Time) string {
	t = t.UTC()
	year := fmt.Sprintf("%04d", t.Year())
	if t.Year() < 0 || t.Year() > 9999 {
		year = fmt.Sprintf("%+05d", t.Year())
	}
	return year + t.Format("-01-02T15:04:05.000000000Z")
}
