package usage

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"rekey/test/kit/must"
)

// What Codex was told is merged by limit, and never takes anything away.
func TestMerge(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.Look(t.Context())
		time.Sleep(10 * time.Second)
		now := time.Now().UTC()
		w.told = []Told{
			{At: now.Add(-time.Hour), Windows: []Window{{Limit: "codex_old", Minutes: 300, UsedPercent: percent(99), ToldAt: now.Add(-time.Hour)}}}, // before this account
			{At: now, Windows: []Window{{Limit: "codex_spark", Minutes: 300, UsedPercent: percent(70), ToldAt: now}}},
			{At: now, Reached: "rate_limit_reached"},
		}
		u := w.Read(t.Context())
		if len(u.Windows) != 2 || *u.Windows[0].UsedPercent != 12 || *u.Windows[1].UsedPercent != 70 || u.Reached == "" || u.Plan != "plus" {
			t.Errorf("got %s", show(u))
		}
		w.told = []Told{{At: now, Windows: []Window{{Limit: MainLimit, Minutes: 300, UsedPercent: percent(20), ToldAt: now}}}}
		if u := w.Read(t.Context()); *u.Windows[0].UsedPercent != 20 || len(u.Windows) != 2 {
			t.Errorf("got %s", show(u))
		}
		w.memory.rec.Since = now.AddDate(0, 0, 30) // by a clock that was ahead
		w.told[0].Windows[0].UsedPercent, w.told[0].Windows[0].ToldAt = percent(21), now.Add(time.Second)
		if u := w.Read(t.Context()); *u.Windows[0].UsedPercent != 21 {
			t.Errorf("got %s", show(u))
		}
		w.wantQuestions("reading", 1)
		if len(w.memory.points) != 4 {
			t.Errorf("the history is %+v", w.memory.points)
		}
	})
}

// What Codex was told after the backend's answer stays, unless a clock that is far
// ahead has told it.
func TestReplace(t *testing.T) {
	for ahead, want := range map[time.Duration]float64{-1: 12, 1: 20, maxAhead: 20, maxAhead + 1: 12} {
		r := Record{Usage: Usage{Windows: []Window{{Limit: MainLimit, Minutes: 300, UsedPercent: percent(20), ToldAt: noon.Add(ahead)}}}}
		r.replace(Usage{Plan: "plus", Windows: []Window{
			{Limit: "codex_new", Minutes: 300, UsedPercent: percent(5), ToldAt: noon},
			{Limit: MainLimit, Minutes: 300, UsedPercent: percent(12), ToldAt: noon},
		}})
		if u := r.Usage; u.Plan != "plus" || len(u.Windows) != 2 || *u.Windows[0].UsedPercent != 5 || *u.Windows[1].UsedPercent != want {
			t.Errorf("told %v after the answer: %s", ahead, show(u))
		}
	}
}

// A window keeps the backend's name, and credits and the reached limit stay until
// Codex is told others after the answer.
func TestMergeKeepsWhatIsNotTold(t *testing.T) {
	was := Usage{
		FetchedAt: noon, Credits: &Credits{}, Reached: "backend",
		Windows: []Window{{Limit: "codex_spark", Name: "Spark", Minutes: 300, UsedPercent: percent(12), ToldAt: noon}},
	}
	news := Told{Credits: &Credits{}, Reached: "codex", Windows: []Window{{Limit: "codex_spark", Minutes: 300, UsedPercent: percent(20), ToldAt: noon.Add(1)}}}
	for name, tt := range map[string]struct {
		told    Told
		credits *Credits
		reached string
	}{
		"nothing more": {Told{At: noon.Add(1), Windows: news.Windows}, was.Credits, "backend"},
		"before":       {Told{At: noon, Windows: news.Windows, Credits: news.Credits, Reached: "codex"}, was.Credits, "backend"},
		"after":        {Told{At: noon.Add(1), Windows: news.Windows, Credits: news.Credits, Reached: "codex"}, news.Credits, "codex"},
	} {
		r := Record{Usage: was}
		r.merge([]Told{tt.told})
		u := r.Usage
		if w := u.Windows[0]; w.Name != "Spark" || *w.UsedPercent != 20 || u.Credits != tt.credits || u.Reached != tt.reached {
			t.Errorf("%s: %s", name, show(u))
		}
	}
}

func TestParseTold(t *testing.T) {
	const line = `{"timestamp":"2026-11-28T12:00:00.123Z","type":"event_msg","payload":{"type":"token_count","info":{"x":1},"rate_limits":{"limit_id":%s,"limit_name":"Spark","primary":{"used_percent":70.0,"window_minutes":300,"resets_at":1900000000},"secondary":null,"credits":null,"plan_type":null,"rate_limit_reached_type":null}}}`
	got, ok := ParseTold(fmt.Appendf(nil, line, "null"))
	at := time.Date(2026, 11, 28, 12, 0, 0, 123e6, time.UTC)
	want := Told{At: at, Windows: []Window{{Limit: MainLimit, Minutes: 300, UsedPercent: percent(70), ResetsAt: time.Unix(1900000000, 0).UTC(), ToldAt: at}}}
	if !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("got %t %s", ok, show(got))
	}
	if got, _ := ParseTold(fmt.Appendf(nil, line, `"codex_spark"`)); got.Windows[0].Limit != "codex_spark" || got.Windows[0].Name != "Spark" {
		t.Errorf("got %s", show(got))
	}
	for _, bad := range []string{"", "{}", `{"type":"event_msg"}`, strings.Replace(fmt.Sprintf(line, "null"), "token_count", "agent_message", 1), strings.Replace(fmt.Sprintf(line, "null"), "2026-", "", 1), `{"timestamp":"2026-11-28T12:00:00Z","type":"event_msg","payload":{"type":"token_count","rate_limits":null}}`} {
		if got, ok := ParseTold([]byte(bad)); ok {
			t.Errorf("%s: %s", bad, show(got))
		}
	}
}

func FuzzParseTold(f *testing.F) {
	f.Add([]byte(`{"timestamp":"2026-11-28T12:00:00Z","type":"event_msg","payload":{"type":"token_count","rate_limits":{"primary":{"used_percent":1e308,"window_minutes":-1,"resets_in_seconds":1e300}}}}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		told, ok := ParseTold(line)
		if !ok {
			return
		}
		r := Record{}
		r.merge([]Told{told})
		r.mark(noon)
		r.alerts([]int{1}, noon)
		must.Get(json.Marshal(r))(t)
	})
}
