package appserver_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"rekey/auth/appserver"
	"rekey/test/kit/must"
	"rekey/usage"
)

// measured is a home where a look finds what the test says.
type measured struct {
	*home
	found usage.Usage
}

func (m measured) LookAtUsage(context.Context) (usage.Usage, error) { return m.found, nil }

// used is a window with that use that is reset after so long.
func used(limit string, minutes int, percent float64, after time.Duration) usage.Window {
	return usage.Window{Limit: limit, Minutes: minutes, UsedPercent: &percent, ResetsAt: time.Now().Add(after).UTC()}
}

// An agent answers from what it knows. What has been reset since is unknown, not
// used as before, and without any figure the error says why.
func TestRateLimitsOfAnAgent(t *testing.T) {
	old := usage.Usage{FetchedAt: time.Now(), Problem: usage.ProblemServer, Windows: []usage.Window{
		used(usage.MainLimit, 300, 100, -time.Hour), used(usage.MainLimit, 10080, 31, time.Hour),
	}}
	for name, test := range map[string]struct {
		found usage.Usage
		want  string
	}{
		"reset since": {old, `"primary":{"usedPercent":31,"windowDurationMins":10080,`},
		"no limits":   {usage.Usage{FetchedAt: time.Now(), Plan: "free"}, `"primary":null,"secondary":null,"credits":null,"individualLimit":null,"spendControlReached":null,"planType":"free"`},
		"not reached": {usage.Usage{Problem: usage.ProblemNotReached}, `"failed to fetch codex rate limits: not_reached"`},
		"never asked": {usage.Usage{}, `"failed to fetch codex rate limits: unknown"`},
	} {
		p := initialized(t, &appserver.Server{Home: measured{newHome(t, signedIn(), &script{}, ours), test.found}})
		if got := p.ask(`{"id":1,"method":"account/rateLimits/read"}`).line; !strings.Contains(got, test.want) {
			t.Errorf("%s: the answer is %s", name, got)
		}
	}
	p := initialized(t, &appserver.Server{Home: measured{newHome(t, signedIn(), &script{}, ours), old}})
	var told struct{ Usage usage.Usage }
	must.Do(t, json.Unmarshal(p.ask(`{"id":1,"method":"rekey/usage","params":{"look":true}}`).Result, &told))
	if w := told.Usage.Windows; len(w) != 2 || w[0].UsedPercent != nil || !w[0].ResetsAt.IsZero() || *w[1].UsedPercent != 31 {
		t.Errorf("rekey/usage has %+v", told.Usage)
	}
}

// Each limit that has changed is told once, and only once there are figures.
func TestRateLimitsUpdated(t *testing.T) {
	h := newHome(t, signedIn(), &script{}, ours)
	p := initialized(t, &appserver.Server{Home: h, Pushes: true})
	h.usages.Publish(usage.Usage{Problem: usage.ProblemNotReached})
	five, spark := used(usage.MainLimit, 300, 7, time.Hour), used("spark", 300, 1, time.Hour)
	for _, step := range []struct {
		windows []usage.Window
		want    []string
	}{
		{[]usage.Window{five, spark}, []string{`"codex","limitName":null,"normalModelSlug":null,"primary":{"usedPercent":7,`, `"spark",`}},
		{[]usage.Window{used(usage.MainLimit, 300, 8, time.Hour), spark}, []string{`"codex","limitName":null,"normalModelSlug":null,"primary":{"usedPercent":8,`}},
		{[]usage.Window{used(usage.MainLimit, 300, 8, 2*time.Hour), spark}, []string{`"codex",`}},
	} {
		h.usages.Publish(usage.Usage{Windows: step.windows})
		for _, want := range step.want {
			if got := p.next(); got.Method != "account/rateLimits/updated" || !strings.HasPrefix(string(got.Params), `{"rateLimits":{"limitId":`+want) {
				t.Errorf("got %s, want %s", got.line, want)
			}
		}
	}
}
