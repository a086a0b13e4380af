package ratelimits

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// reader reads values with the types of Codex's structures. The first mismatch
// is kept in err; what is read after it does not matter.
type reader struct{ err error }

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

// fields are the members of a structure by name, without missing ones.
type fields map[string]any

// structure reads an object with these members or, like Codex's parser, a list
// of them in this order. Other members are ignored.
func (r *reader) structure(v any, names ...string) fields {
	got := make(fields)
	switch v := v.(type) {
	case *object:
		for _, name := range names {
			if v.twice[name] {
				r.fail("%s is there twice", name)
			}
			if member, ok := v.members[name]; ok {
				got[name] = member
			}
		}
	case []any:
		if len(v) > len(names) {
			r.fail("a list of %d in place of %d members", len(v), len(names))
			return got
		}
		for i, member := range v {
			got[names[i]] = member
		}
	default:
		r.fail("%T in place of an object", v)
	}
	return got
}

// strictly is structure without lists.
func (r *reader) strictly(v any, names ...string) fields {
	if _, ok := v.(*object); !ok {
		r.fail("%T in place of an object", v)
		return nil
	}
	return r.structure(v, names...)
}

// required returns a required member.
func (r *reader) required(f fields, name string) any {
	v, ok := f[name]
	if !ok {
		r.fail("%s is missing", name)
	}
	return v
}

func (r *reader) boolean(f fields, name string) bool {
	b, ok := r.required(f, name).(bool)
	if !ok {
		r.fail("%s is not true or false", name)
	}
	return b
}

func (r *reader) text(f fields, name string) string {
	s, ok := r.required(f, name).(string)
	if !ok {
		r.fail("%s is not a text", name)
	}
	return s
}

// maybeText reads a text that may be missing or null.
func (r *reader) maybeText(f fields, name string) *string {
	if f[name] == nil {
		return nil
	}
	s := r.text(f, name)
	return &s
}

// whole reads a number without a point or exponent, of at most so many bits.
func (r *reader) whole(f fields, name string, bits int) int64 {
	number, _ := r.required(f, name).(json.Number)
	n, err := strconv.ParseInt(number.String(), 10, bits)
	if err != nil {
		r.fail("%s is not a whole number of %d bits", name, bits)
	}
	return n
}

// count reads the number of reset credits, where Codex's parser takes -0 for a
// fraction.
func (r *reader) count(f fields) int64 {
	if f["available_count"] == json.Number("-0") {
		r.fail("available_count is -0")
	}
	return r.whole(f, "available_count", 64)
}

// choice reads an enumeration value, which Codex's parser accepts in two forms:
// the word, or an object with the word as its only name and null as its value.
func (r *reader) choice(f fields, name string) string {
	v := r.required(f, name)
	if word, ok := v.(string); ok {
		return word
	}
	if o, ok := v.(*object); ok && len(o.members) == 1 && len(o.twice) == 0 {
		for word, inside := range o.members {
			if empty, ok := inside.(*object); inside == nil || ok && len(empty.members) == 0 {
				return word
			}
		}
	}
	r.fail("%s is not a word", name)
	return ""
}

// minutes converts seconds to minutes, rounded up; nil for none.
func minutes(seconds int64) *int64 {
	if seconds <= 0 {
		return nil
	}
	n := int64(math.Ceil(float64(seconds) / 60))
	return &n
}

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
