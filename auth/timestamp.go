package auth

import (
	"regexp"
	"strconv"
	"time"
)

// timestampForm is RFC 3339 with the liberties Codex's time library takes:
// "t" or a space for "T", "z" or "UTC" for "Z", one-digit fields, and any
// number of fraction digits.
var timestampForm = regexp.MustCompile(
	`^\s*(\d{4,6})\s*-\s*(\d{1,2})\s*-\s*(\d{1,2})[Tt ]\s*(\d{1,2})\s*:\s*(\d{1,2})\s*:\s*(\d{1,2})(?:\.(\d+))?\s*` +
		`(?:[Zz]|[Uu][Tt][Cc]|([+-])(\d{2})[: ]*(\d{2}))$`)

// parseTimestamp reads last_refresh and returns it as UTC.
func parseTimestamp(text string) (time.Time, error) {
	m := timestampForm.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, errFieldTime
	}
	var n [6]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1]) // the form admits at most six digits
	}
	if n[3] > 23 || n[4] > 59 || n[5] > 60 {
		return time.Time{}, errFieldTime
	}
	fraction, _ := strconv.Atoi((m[7] + "000000000")[:9])
	t := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], fraction, time.UTC)
	if n[1] < 1 || n[1] > 12 || n[2] < 1 || time.Date(n[0], time.Month(n[1]), n[2], 0, 0, 0, 0, time.UTC).Day() != n[2] {
		return time.Time{}, errFieldTime
	}
	if m[8] != "" {
		hours, _ := strconv.Atoi(m[9])
		minutes, _ := strconv.Atoi(m[10])
		if hours > 23 || minutes > 59 {
			return time.Time{}, errFieldTime
		}
		offset := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
		if m[8] == "+" {
			offset = -offset
		}
		t = t.Add(offset)
	}
	if t.Year() < 0 || t.Year() > 999_999 {
		return time.Time{}, errFieldTime // its zone offset has pushed it out of range
	}
	return t, nil
}

// formatTimestamp writes a time as Codex does: UTC with nine fraction digits.
func formatTimestamp(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05.000000000Z")
}
