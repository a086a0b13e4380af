// Package retryafter reads what a server's answer says of when to come back. It
// touches nothing.
package retryafter

import (
	"errors"
	"net/http"
	"strconv"
	"time"
)

// Of returns how long an answer asks to wait, in its Retry-After header: seconds,
// or a date (RFC 9110, section 10.2.3). It is at most most, and 0 where there is
// nothing to wait for or it cannot be read. A date counts from the answer's own
// Date, because the two clocks may differ; now is for an answer without one.
func Of(h http.Header, now time.Time, most time.Duration) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, uint64(most/time.Second))) * time.Second
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return min(max(until.Sub(now), 0), most)
}
