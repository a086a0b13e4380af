package replay

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"rekey/internal/box"
)

// templates turns the templates of a case into values of this run, and back.
// It is used by one goroutine.
type templates struct {
	start     time.Time
	authority string
	home      string
	made      []made // in the order they were first used
}

// made is a value that came out of a template.
type made struct{ value, template string }

// The patterns of templates, and of the times that become {{recent}}.
var (
	templateForm  = regexp.MustCompile(`\{\{([^{}]+)\}\}`)
	nowForm       = regexp.MustCompile(`^now([+-]\d+)([smhd])$`)
	unixForm      = regexp.MustCompile(`^unix([+-]\d+)$`)
	jwtForm       = regexp.MustCompile(`^jwt_exp:([+-]\d+)$`)
	timestampForm = regexp.MustCompile(`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)`)
)

func newTemplates(authority, home string) *templates {
	return &templates{start: time.Now().Truncate(time.Microsecond), authority: authority, home: home}
}

// expand replaces the templates in JSON text. It never changes anything but
// the inside of strings, because {{ is not to be found elsewhere.
func (t *templates) expand(raw json.RawMessage) json.RawMessage {
	return templateForm.ReplaceAllFunc(raw, func(match []byte) []byte {
		value, ok := t.one(string(match[2 : len(match)-2]))
		if !ok {
			return match // {{recent}}, for one
		}
		quoted, err := json.Marshal(value)
		if err != nil {
			return match
		}
		return quoted[1 : len(quoted)-1]
	})
}

// one returns what a template stands for.
func (t *templates) one(name string) (value string, ok bool) {
	switch name {
	case "authority":
		return t.authority, true
	case "home":
		return t.home, true
	}
	if m := nowForm.FindStringSubmatch(name); m != nil {
		unit := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}[m[2]]
		at := t.start.Add(time.Duration(number(m[1])) * unit)
		return t.remember(at.UTC().Format("2006-01-02T15:04:05.000000Z"), name), true
	}
	if m := unixForm.FindStringSubmatch(name); m != nil {
		return strconv.FormatInt(t.start.Unix()+number(m[1]), 10), true
	}
	if m := jwtForm.FindStringSubmatch(name); m != nil {
		token := box.JWT(map[string]any{"exp": t.start.Unix() + number(m[1]), "tmpl": m[1]})
		return t.remember(token, name), true
	}
	return "", false
}

// number reads what the patterns guarantee to be one.
func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// remember notes where a value came from; of two templates with the same value
// the later one counts.
func (t *templates) remember(value, name string) string {
	template := "{{" + name + "}}"
	for i := range t.made {
		if t.made[i].value == value {
			t.made[i].template = template
			return value
		}
	}
	t.made = append(t.made, made{value, template})
	return value
}

// collapse turns the strings of an observed value back into templates.
func (t *templates) collapse(v any) any {
	switch v := v.(type) {
	case string:
		return t.collapseText(v)
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = t.collapse(item)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, item := range v {
			out[name] = t.collapse(item)
		}
		return out
	}
	return v
}

func (t *templates) collapseText(text string) string {
	for _, m := range t.made {
		text = strings.ReplaceAll(text, m.value, m.template)
	}
	text = strings.ReplaceAll(text, t.home, "{{home}}")
	text = strings.ReplaceAll(text, t.authority, "{{authority}}")
	return timestampForm.ReplaceAllStringFunc(text, func(stamp string) string {
		if t.recent(stamp) {
			return "{{recent}}"
		}
		return stamp
	})
}

// recent reports whether a time lies in this run, give or take five seconds.
func (t *templates) recent(stamp string) bool {
	const slack = 5 * time.Second
	at, err := time.Parse(time.RFC3339Nano, stamp)
	return err == nil && !at.Before(t.start.Add(-slack)) && !at.After(time.Now().Add(slack))
}
