package replay

import (
	"encoding/json"
	"testing"
	"time"

	"rekey/test/kit/must"
)

func fixedTemplates() *templates {
	return &templates{
		start:     time.Date(2026, 11, 23, 10, 0, 0, 123456000, time.UTC),
		authority: "http://127.0.0.1:1234", home: `/homes/"one"`,
	}
}

func TestExpand(t *testing.T) {
	for raw, want := range map[string]string{
		`"{{now-9d}}"`:                             `"2026-11-14T10:00:00.123456Z"`,
		`"{{now+240s}} {{now-2h}}"`:                `"2026-11-23T10:04:00.123456Z 2026-11-23T08:00:00.123456Z"`,
		`"{{now+1m}}"`:                             `"2026-11-23T10:01:00.123456Z"`,
		`"{{unix-10}}|{{unix+0}}"`:                 `"1795427990|1795428000"`,
		`{"{{authority}}":["{{home}}"]}`:           `{"http://127.0.0.1:1234":["/homes/\"one\""]}`,
		`"{{recent}} {{now}} {{now-1y}} {{}} {x}"`: `"{{recent}} {{now}} {{now-1y}} {{}} {x}"`,
		// {"exp":1795428240,"tmpl":"+240"}
		`"{{jwt_exp:+240}}"`: `"eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJleHAiOjE3OTU0MjgyNDAsInRtcGwiOiIrMjQwIn0.c2ln"`,
	} {
		t.Run(raw, func(t *testing.T) {
			if got := string(fixedTemplates().expand(json.RawMessage(raw))); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestCollapseUndoesExpand(t *testing.T) {
	for _, text := range []string{
		"{{now-9d}}", "{{jwt_exp:-10}}", "{{home}}/auth.json", "{{authority}}/oauth/token", "a {{now+1h}} b {{jwt_exp:+1}} c",
	} {
		templates := fixedTemplates()
		raw := must.Get(json.Marshal(text))(t)
		value := must.Get(decodeValue(templates.expand(raw)))(t)
		if got := templates.collapse(map[string]any{"k": []any{value, nil, true}}); !same(got, map[string]any{"k": []any{text, nil, true}}) {
			t.Errorf("%s became %s", text, compact(got))
		}
	}
}

func TestTheLaterOfTwoEqualTemplatesCounts(t *testing.T) {
	templates := fixedTemplates()
	value := string(templates.expand(json.RawMessage(`{{now-60m}}`)))
	if got := templates.collapseText(value); got != "{{now-60m}}" {
		t.Errorf("got %s", got)
	}
	templates.expand(json.RawMessage(`{{now-1h}}`))
	if got := templates.collapseText(value); got != "{{now-1h}}" {
		t.Errorf("got %s", got)
	}
}

func TestRecent(t *testing.T) {
	templates := newTemplates("http://127.0.0.1:1", "/home")
	at := func(d time.Duration, form string) string { return templates.start.Add(d).UTC().Format(form) }
	const nine, none = "2006-01-02T15:04:05.000000000Z", "2006-01-02T15:04:05Z"
	for name, tt := range map[string]struct{ text, want string }{
		"now":                 {at(0, nine), "{{recent}}"},
		"whole second":        {at(0, none), "{{recent}}"},
		"with an offset":      {at(0, "2006-01-02T15:04:05.00+00:00"), "{{recent}}"},
		"inside of text":      {"x" + at(0, nine) + "y", "x{{recent}}y"},
		"just before":         {at(-4*time.Second, nine), "{{recent}}"},
		"before":              {at(-6*time.Second, nine), at(-6*time.Second, nine)},
		"after":               {at(time.Minute, nine), at(time.Minute, nine)},
		"no date":             {"2026-13-45T00:00:00Z", "2026-13-45T00:00:00Z"},
		"with another offset": {at(0, "2006-01-02T15:04:05+01:00"), at(0, "2006-01-02T15:04:05+01:00")},
	} {
		if got := templates.collapseText(tt.text); got != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
	}
}

func TestDecodeText(t *testing.T) {
	for raw, want := range map[string]string{
		`""`:                           "",
		`"plain \" \\ \n é \u00e9"`:    "plain \" \\ \n é é",
		`"\udcff"`:                     "\xff",
		`"a\udc80b\udcFEc"`:            "a\x80b\xfec",
		`"\udcff\udcfe"`:               "\xff\xfe",
		`"\ud83d\ude00"`:               "😀",
		`"\ud800\udcff"`:               "\U000100ff", // a pair, although its second half looks like a byte
		`"\ud83d\ude00\udcff"`:         "😀\xff",
		`"\\udcff"`:                    `\udcff`,
		`"\\\udcff"`:                   "\\\xff",
		`"\ud800"`:                     "�",
		`"\udc7f"`:                     "�",
		`"{\"a\":\"\\ud800 \udcff\"}"`: "{\"a\":\"\\ud800 \xff\"}",
	} {
		t.Run(raw, func(t *testing.T) {
			if got, err := decodeText(json.RawMessage(raw)); err != nil || got != want {
				t.Errorf("got %q, %v, want %q", got, err, want)
			}
		})
	}
	for _, raw := range []string{``, `"`, `1`, `{}`, `"\q"`} {
		if got, err := decodeText(json.RawMessage(raw)); err == nil {
			t.Errorf("%s: got %q, want an error", raw, got)
		}
	}
}

func TestDecodeValue(t *testing.T) {
	for text, ok := range map[string]bool{`{"a":1}`: true, " null\n": true, ``: false, `{}}`: false, `{} x`: false} {
		if _, err := decodeValue([]byte(text)); (err == nil) != ok {
			t.Errorf("%q: got %v, want ok = %v", text, err, ok)
		}
	}
}
