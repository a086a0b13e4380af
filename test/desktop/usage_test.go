//go:build linux

package desktop_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rekey/test/kit"
	"rekey/test/kit/desktop"
	"rekey/test/kit/must"
	"rekey/usage/files"
)

// model is a model's server, which answers every turn with one word and tells how
// much of a five-hour limit is used.
type model struct {
	*httptest.Server
	used    atomic.Int64 // in percent
	resetAt atomic.Int64 // in Unix seconds
}

func startModel(t *testing.T, used int64) *model {
	t.Helper()
	m := &model{}
	m.used.Store(used)
	m.resetAt.Store(time.Now().Add(time.Hour).Unix())
	m.Server = httptest.NewServer(http.HandlerFunc(m.answer))
	t.Cleanup(m.Close)
	return m
}

// answer is the Responses API's stream of events, with the headers that Codex
// 0.171 reads the limits from.
func (m *model) answer(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.NotFound(w, r)
		return
	}
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Codex-Primary-Used-Percent", strconv.FormatInt(m.used.Load(), 10))
	w.Header().Set("X-Codex-Primary-Window-Minutes", "300")
	w.Header().Set("X-Codex-Primary-Reset-At", strconv.FormatInt(m.resetAt.Load(), 10))
	for _, event := range []map[string]any{
		{"type": "response.created", "response": map[string]any{"id": "r"}},
		{"type": "response.output_item.done", "item": map[string]any{"type": "message", "role": "assistant", "id": "m",
			"content": []map[string]any{{"type": "output_text", "text": "done"}}}},
		{"type": "response.completed", "response": map[string]any{"id": "r",
			"usage": map[string]any{"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}}},
	} {
		data, err := json.Marshal(event)
		if err != nil {
			panic(err) // the events are ours
		}
		fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event["type"], data)
	}
}

// TestUsageInThePanel: the real tray in a real panel, beside the backend in a box
// and a real Codex at work in the home. A look that is due changes the row within
// five seconds; what Codex was told is taken over without a request, and at the
// chosen percents a real notification daemon shows one alert. It goes when the
// window is reset; the backend is asked once, some seconds later, and another alert
// says so.
func TestUsageInThePanel(t *testing.T) {
	_, codex := kit.Codex(t)
	m := startModel(t, 42)
	r := newRig(t, kit.Rekey(t), 4*time.Hour)
	if err := r.home.WriteConfig(fmt.Sprintf(`model = "box"
model_provider = "box"
chatgpt_base_url = %q
[model_providers.box]
name = "box"
base_url = "%s/v1"
wire_api = "responses"
requires_openai_auth = true
`, r.server.BackendURL(), m.URL)); err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(r.Home(), ".config", "rekey")
	must.Do(t, os.MkdirAll(settings, 0o700))
	must.Do(t, os.WriteFile(filepath.Join(settings, "config.toml"), []byte("usage_alerts = [80]\n"), 0o600))
	item := r.Item(t, r.startRekey(t))
	item.WaitTooltip(t, signedIn)

	kit.Eventually(t, "the menu, once the panel has drawn the icon", func() bool {
		r.OpenMenu(t)
		defer r.CloseMenu(t)
		return r.server.UsageRequests() > 0
	})
	looked := time.Now()
	row := func(percent string) func(desktop.Menu) bool {
		return func(m desktop.Menu) bool {
			return strings.Contains(m.String(), "5 h") && strings.Contains(m.String(), percent)
		}
	}
	item.WaitMenu(t, "what the backend says", row(" 0%"))
	if late := time.Since(looked); late > 5*time.Second {
		t.Errorf("the row changed %v after the look", late)
	}
	picture := r.ScreenshotAfter(t, "1-looked-at", nil)
	asked := r.server.UsageRequests()

	turn := func() {
		p := r.Start(t, nil, codex, "exec", "--skip-git-repo-check", "-C", r.Home(), "say one word")
		if code := p.WaitFor(t, time.Minute); code != 0 {
			t.Fatalf("codex exec: exit %d:\n%s", code, p.Output())
		}
	}
	turn()
	item.WaitMenu(t, "what Codex was told", row(" 42%"))
	r.ScreenshotAfter(t, "2-at-work", picture)

	m.used.Store(85)
	turn()
	item.WaitMenu(t, "what Codex was told next", row(" 85%"))
	shown := r.notices.Wait(t, "the alert", func(n []desktop.Notice) bool { return len(n) == 1 && n[0].ID != 0 })
	if text := shown[0].Summary; text != "5 h: 85% used" {
		t.Errorf("the alert says %q", text)
	}
	r.ScreenshotAfter(t, "3-alert", nil)
	m.used.Store(90)
	turn()
	item.WaitMenu(t, "more of it", row(" 90%"))
	if n := r.notices.All(); len(n) != 1 {
		t.Errorf("there are %d alerts for one window: %+v", len(n), n)
	}
	if got := r.server.UsageRequests(); got != asked {
		t.Errorf("%d requests while Codex told", got-asked)
	}

	reset := time.Now().Add(20 * time.Second)
	m.used.Store(100)
	m.resetAt.Store(reset.Unix())
	turn()
	r.lookAgain(t)
	shown = r.notices.Wait(t, "the alert for the full window", func(n []desktop.Notice) bool { return len(n) == 2 && n[1].ID != 0 })
	if text := shown[1].Summary; text != "5 h: 100% used" || shown[1].Withdrawn {
		t.Errorf("the alert is %+v", shown[1])
	}
	r.notices.Wait(t, "the end of the alert", func(n []desktop.Notice) bool { return n[1].Withdrawn })
	shown = r.notices.Wait(t, "the alert about the reset", func(n []desktop.Notice) bool { return len(n) == 3 && n[2].ID != 0 })
	if text := shown[2].Summary; text != "5 h: reset" || time.Until(reset) > -4*time.Second {
		t.Errorf("%v after the reset the alert is %+v", time.Since(reset), shown[2])
	}
	item.WaitMenu(t, "the new window", row(" 0%"))
	r.ScreenshotAfter(t, "4-reset", nil)
	if got := r.server.UsageRequests(); got != asked+1 || r.server.Refreshes() != 0 {
		t.Errorf("%d requests for the reset, %d refreshes", got-asked, r.server.Refreshes())
	}
	if words := r.shown(t, item); r.leaks(words) {
		t.Errorf("a token is shown:\n%s", words)
	}
}

// lookAgain lets the next look ask, as it would a minute later.
func (r *rig) lookAgain(t *testing.T) {
	t.Helper()
	records, err := filepath.Glob(filepath.Join(r.Home(), ".local", "state", "rekey", "*", "usage.json"))
	if err != nil || len(records) != 1 {
		t.Fatalf("%v: %v", records, err)
	}
	kept := files.Memory{Home: filepath.Dir(records[0]), User: t.TempDir()}
	unlock, err := kept.Lock(t.Context())
	must.Do(t, err)
	defer unlock()
	rec := kept.Load()
	rec.AskedAt = time.Time{}
	must.Do(t, kept.Save(rec))
}
