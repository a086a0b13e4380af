package usage

import (
	"encoding/json"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"rekey/test/kit/must"
)

// noon is when the answers of these tests arrive.
var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func percent(p float64) *float64 { return &p }

// seed is what the backend says about an account that has everything.
const seed = `{"user_id":"user-1","account_id":"acct-1","email":"ada@example.com","plan_type":"plus",
 "rate_limit":{"allowed":true,"limit_reached":false,
  "primary_window":{"used_percent":42,"limit_window_seconds":604800,"reset_after_seconds":3600,"reset_at":1900000000},
  "secondary_window":{"used_percent":7,"limit_window_seconds":18000,"reset_after_seconds":259200,"reset_at":1900500000}},
 "additional_rate_limits":[{"limit_name":"Spark","metered_feature":"codex_spark",
  "rate_limit":{"primary_window":{"used_percent":70.5,"limit_window_seconds":18001,"reset_at":1900000900},"secondary_window":null}}],
 "credits":{"has_credits":true,"unlimited":false,"balance":"9.99"},
 "spend_control":{"reached":false,"individual_limit":{"limit":"100","used":"20.5","remaining":"79.5","remaining_percent":79,"reset_at":1900000000}},
 "rate_limit_reached_type":{"type":"rate_limit_reached"},"rate_limit_reset_credits":{"available_count":2}}`

func TestParse(t *testing.T) {
	got, ok := Parse([]byte("\ufeff"+seed), noon, 0)
	want := Answer{AccountID: "acct-1", UserID: "user-1", Usage: Usage{
		FetchedAt: noon, Plan: "plus",
		Windows: []Window{
			{Limit: "codex", Minutes: 300, UsedPercent: percent(7), ResetsAt: time.Unix(1900500000, 0).UTC(), ToldAt: noon},
			{Limit: "codex", Minutes: 10080, UsedPercent: percent(42), ResetsAt: time.Unix(1900000000, 0).UTC(), ToldAt: noon},
			{Limit: "codex_spark", Name: "Spark", Minutes: 301, UsedPercent: percent(70.5), ResetsAt: time.Unix(1900000900, 0).UTC(), ToldAt: noon},
		},
		Credits:      &Credits{HasCredits: true, Balance: "9.99"},
		ResetCredits: &ResetCredits{Available: 2},
		SpendLimit:   &SpendLimit{Limit: "100", Used: "20.5", Remaining: "79.5", UsedPercent: percent(21), ResetsAt: time.Unix(1900000000, 0).UTC()},
		Reached:      "rate_limit_reached",
	}}
	if !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("got %t\n%+v, want\n%+v", ok, show(got), show(want))
	}
}

func show(v any) string {
	text, _ := json.MarshalIndent(v, "", " ")
	return string(text)
}

// with is an answer whose main limit has one window, and rest beside it.
func with(window, rest string) string {
	return `{"plan_type":"pro","rate_limit":{"allowed":true,"limit_reached":false,"primary_window":` + window + `}` + rest + `}`
}

// TestParseTolerates holds that one member that cannot be read takes only
// itself along.
func TestParseTolerates(t *testing.T) {
	const good = `{"used_percent":5,"limit_window_seconds":18000,"reset_after_seconds":60,"reset_at":1900000000}`
	soon := time.Unix(1900000000, 0).UTC()
	whole := Window{Limit: MainLimit, Minutes: 300, UsedPercent: percent(5), ResetsAt: soon, ToldAt: noon}
	change := func(f func(*Window)) []Window {
		w := whole
		f(&w)
		return []Window{w}
	}
	tests := map[string]struct {
		body string
		want []Window
	}{
		"whole":                  {with(good, ""), []Window{whole}},
		"plan is a number":       {strings.Replace(with(good, ""), `"pro"`, "7", 1), []Window{whole}},
		"credits are a text":     {with(good, `,"credits":"x"`), []Window{whole}},
		"percent with a point":   {with(strings.Replace(good, ":5,", ":42.6,", 1), ""), change(func(w *Window) { w.UsedPercent = percent(42.6) })},
		"percent above 100":      {with(strings.Replace(good, ":5,", ":250,", 1), ""), change(func(w *Window) { w.UsedPercent = percent(250) })},
		"percent in quotes":      {with(strings.Replace(good, ":5,", `:"12",`, 1), ""), change(func(w *Window) { w.UsedPercent = percent(12) })},
		"percent null":           {with(strings.Replace(good, ":5,", ":null,", 1), ""), change(func(w *Window) { w.UsedPercent = nil })},
		"percent without end":    {with(strings.Replace(good, ":5,", ":1e999,", 1), ""), change(func(w *Window) { w.UsedPercent = nil })},
		"length null":            {with(strings.Replace(good, "18000", "null", 1), ""), change(func(w *Window) { w.Minutes = 0 })},
		"length negative":        {with(strings.Replace(good, "18000", "-60", 1), ""), change(func(w *Window) { w.Minutes = 0 })},
		"length 59 seconds":      {with(strings.Replace(good, "18000", "59", 1), ""), change(func(w *Window) { w.Minutes = 1 })},
		"reset after 2038":       {with(strings.Replace(good, "1900000000", "4102444800", 1), ""), change(func(w *Window) { w.ResetsAt = time.Unix(4102444800, 0).UTC() })},
		"reset past":             {with(strings.Replace(good, "1900000000", "1000000000", 1), ""), change(func(w *Window) { w.ResetsAt = time.Time{} })},
		"reset 0":                {with(strings.Replace(good, "1900000000", "0", 1), ""), change(func(w *Window) { w.ResetsAt = noon.Add(time.Minute) })},
		"reset after the year":   {with(strings.Replace(good, "1900000000", "1e18", 1), ""), change(func(w *Window) { w.ResetsAt = noon.Add(time.Minute) })},
		"reset only after":       {with(strings.Replace(good, `,"reset_at":1900000000`, "", 1), ""), change(func(w *Window) { w.ResetsAt = noon.Add(time.Minute) })},
		"window empty":           {with(`{}`, ""), nil},
		"window a text":          {with(`"x"`, ""), nil},
		"window not begun":       {with(`{"used_percent":0,"limit_window_seconds":18000,"reset_after_seconds":18000,"reset_at":1900000000}`, ""), []Window{{Limit: MainLimit, Minutes: 300, UsedPercent: percent(0), NotBegun: true, ToldAt: noon}}},
		"rate limit null":        {`{"plan_type":"pro","rate_limit":null}`, nil},
		"rate limit a list":      {`{"plan_type":"pro","rate_limit":[]}`, nil},
		"additional null":        {with(good, `,"additional_rate_limits":null`), []Window{whole}},
		"additional an object":   {with(good, `,"additional_rate_limits":{}`), []Window{whole}},
		"additional codex":       {with(good, `,"additional_rate_limits":[{"metered_feature":"codex","limit_name":"a","rate_limit":{"primary_window":`+good+`}}]`), []Window{whole}},
		"additional nameless":    {with(good, `,"additional_rate_limits":[{"rate_limit":{"primary_window":`+good+`}},7,null]`), []Window{whole}},
		"additional twice":       {with(good, strings.Repeat(`,"additional_rate_limits":[{"metered_feature":"f","rate_limit":{"primary_window":`+good+`}},{"metered_feature":"f","limit_name":"b","rate_limit":{"primary_window":`+good+`}}]`, 1)), []Window{whole, {Limit: "f", Minutes: 300, UsedPercent: percent(5), ResetsAt: soon, ToldAt: noon}}},
		"additional no feature":  {with(good, `,"additional_rate_limits":[{"limit_name":"b","rate_limit":{"primary_window":`+good+`}}]`), []Window{whole, {Limit: "b", Name: "b", Minutes: 300, UsedPercent: percent(5), ResetsAt: soon, ToldAt: noon}}},
		"primary and the same":   {`{"rate_limit":{"primary_window":` + good + `,"secondary_window":` + good + `}}`, []Window{whole}},
		"names are matched case": {`{"plan_type":"pro","Rate_Limit":{"primary_window":` + good + `}}`, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, ok := Parse([]byte(test.body), noon, 0)
			if !ok || !reflect.DeepEqual(got.Usage.Windows, test.want) {
				t.Errorf("got %t %s, want %s", ok, show(got.Usage.Windows), show(test.want))
			}
		})
	}
	for _, body := range []string{"", "[]", "null", "<html>", `{"plan_type":"pro",`, seed + "x", "5", `"x"`, "{}", `{"detail":"Unauthorized"}`, `{"Plan_Type":"pro"}`} {
		if _, ok := Parse([]byte(body), noon, 0); ok {
			t.Errorf("%.20q was taken for an answer", body)
		}
	}
}

// TestParseClock holds that a reset is on this machine's clock.
func TestParseClock(t *testing.T) {
	const ahead = 3 * time.Hour
	got, _ := Parse([]byte(seed), noon, ahead)
	if want := time.Unix(1900500000, 0).UTC().Add(-ahead); !got.Usage.Windows[0].ResetsAt.Equal(want) {
		t.Errorf("got %s, want %s", got.Usage.Windows[0].ResetsAt, want)
	}
}

// TestParseCleans holds that no text of the backend's can play with a terminal.
func TestParseCleans(t *testing.T) {
	got, _ := Parse([]byte(`{"plan_type":"\u001b[31mpro\u202e\n`+strings.Repeat("x", 100)+`"}`), noon, 0)
	if want := "[31mpro" + strings.Repeat("x", maxWord-len("[31mpro")); got.Usage.Plan != want {
		t.Errorf("got %q", got.Usage.Plan)
	}
}

func TestParseResetCredits(t *testing.T) {
	const body = `{"available_count":2,"credits":[
		{"status":"available","expires_at":"2027-11-01T00:00:00Z"},{"status":"available","expires_at":"2027-01-01T02:00:00+02:00"},
		{"status":"redeemed","expires_at":"2026-12-01T00:00:00Z"},{"status":"available","expires_at":"2026-01-01T00:00:00Z"},{"status":"available","expires_at":null},7]}`
	got, ok := ParseResetCredits([]byte(body), noon)
	if want := (ResetCredits{2, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}); !ok || got != want {
		t.Errorf("got %t %+v, want %+v", ok, got, want)
	}
	for _, body := range []string{"", "[]", `{"credits":[]}`, `{"available_count":-1}`, `{"available_count":"x"}`} {
		if got, ok := ParseResetCredits([]byte(body), noon); ok {
			t.Errorf("%q: got %+v", body, got)
		}
	}
}

// TestParseRecorded holds that Rekey shows a number wherever Codex does.
func TestParseRecorded(t *testing.T) {
	data := must.Get(os.ReadFile("../auth/appserver/testdata/vectors/rate_limits.json"))(t)
	type window struct {
		UsedPercent        float64 `json:"usedPercent"`
		WindowDurationMins int     `json:"windowDurationMins"`
	}
	var cases []struct {
		Name  string `json:"name"`
		Given struct {
			Backend map[string]struct {
				Body json.RawMessage `json:"body"`
			} `json:"backend"`
		} `json:"given"`
		Steps []struct {
			Result *struct {
				Limits map[string]struct {
					Primary   *window `json:"primary"`
					Secondary *window `json:"secondary"`
				} `json:"rateLimitsByLimitId"`
			} `json:"expect_result"`
		} `json:"steps"`
	}
	must.Do(t, json.Unmarshal(data, &cases))
	for _, c := range cases {
		last := c.Steps[len(c.Steps)-1]
		if last.Result == nil {
			continue
		}
		answer, ok := Parse(c.Given.Backend["/backend-api/wham/usage"].Body, noon, 0)
		if !ok {
			t.Errorf("%s: not read", c.Name)
		}
		for id, limit := range last.Result.Limits {
			for _, want := range []*window{limit.Primary, limit.Secondary} {
				if want == nil {
					continue
				}
				found := false
				for _, w := range answer.Usage.Windows {
					found = found || w.Limit == id && w.Minutes == want.WindowDurationMins && math.Abs(*w.UsedPercent-want.UsedPercent) < 1
				}
				if !found {
					t.Errorf("%s: Codex shows %s %+v, Rekey %s", c.Name, id, *want, show(answer.Usage.Windows))
				}
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(seed))
	f.Add([]byte(with(`{"used_percent":1e308,"limit_window_seconds":1e300,"reset_at":-1}`, `,"credits":{"balance":5}`)))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, _ := Parse(body, noon, 0)
		_, _ = ParseResetCredits(body, noon)
		u := a.Usage.At(noon)
		must.Get(json.Marshal(u))(t)
		u.Tightest()
		for _, w := range u.Windows {
			if part, ok := w.Gone(noon); ok && (part < 0 || part > 1) {
				t.Fatalf("%f of the time is gone", part)
			}
			w.FullAt(noon)
		}
	})
}
