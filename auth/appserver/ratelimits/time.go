package ratelimits

import (
	"errors"
	"regexp"
	"strings"
	"sync"
	"time"
)

// timeForm is RFC 3339 with the liberties that Codex's time library takes: "t"
// or a space for "T", "z" for "Z", and the minus sign U+2212 for "-" before the
// zone. A second may be a leap second.
// It is compiled when it is first used: most processes never do.
var timeForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:)(\d\d)((?:\.\d+)?)([Zz]|[+−-](?:[01]\d|2[0-3]):[0-5]\d)$`)
})

// parseTime reads a date and time with a zone. A leap second counts as the one
// before it.
func parseTime(text string) (time.Time, error) {
	m := timeForm().FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, errors.New("not a date and time with a zone")
	}
	if m[3] == "60" {
		m[3] = "59"
	}
	zone := strings.Replace(strings.ToUpper(m[5]), "−", "-", 1)
	return time.Parse(time.RFC3339, m[1]+"T"+m[2]+m[3]+zone)
}
