package retryafter

import (
	"net/http"
	"testing"
	"time"
)

func TestOf(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	in := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	for _, test := range []struct {
		value, date string
		want        time.Duration
	}{
		{"", "", 0},
		{"0", "", 0},
		{"7", "", 7 * time.Second},
		{"7", in(48 * time.Hour), 7 * time.Second},
		{"3601", "", time.Hour},
		{"9223372036854775807", "", time.Hour},
		{"99999999999999999999", "", time.Hour},
		{"-99999999999999999999", "", 0},
		{"-5", "", 0},
		{"+5", "", 0},
		{"1.5", "", 0},
		{"soon", "", 0},
		{in(90 * time.Second), "", 90 * time.Second},
		{in(-time.Minute), "", 0},
		{in(48 * time.Hour), "", time.Hour},
		{"Monday, 23-Nov-26 12:00:05 GMT", "", 5 * time.Second},
		{"Mon Nov 23 12:00:05 2026", "", 5 * time.Second},
		{in(3*time.Hour + time.Minute), in(3 * time.Hour), time.Minute}, // our clock is behind
		{in(-3*time.Hour + time.Minute), in(-3 * time.Hour), time.Minute},
		{in(3 * time.Hour), in(3*time.Hour + time.Minute), 0},
		{in(time.Minute), "today", time.Minute},
	} {
		h := http.Header{"Retry-After": {test.value}, "Date": {test.date}}
		if got := Of(h, now, time.Hour); got != test.want {
			t.Errorf("Retry-After %q, Date %q: %v, want %v", test.value, test.date, got, test.want)
		}
	}
}
