package agent

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/bubble"
	"rekey/test/kit/must"
	"rekey/usage"
	"rekey/usage/files"
)

// waiter is a meter whose backend is a function, with somebody who waits for a
// reset. It is used inside a bubble.
type waiter struct {
	*meter
	begun time.Time

	mu     sync.Mutex // guards everything below
	answer func() (usage.Usage, error)
	asked  []time.Duration
}

func newWaiter(t *testing.T) *waiter {
	w, clock := &waiter{meter: &meter{}, begun: time.Now()}, &bubble.Clock{}
	w.service = usage.NewService(usage.Options{
		Settings: func() usage.Settings { return usage.Settings{On: true, Alerts: []int{80}} },
		Asker: func(context.Context) (usage.Asker, usage.Problem) {
			return usage.Asker{Account: "ada", Credentials: "c1"}, ""
		},
		Recover: func(context.Context) {}, Backend: w, Memory: files.Memory{Home: t.TempDir(), User: t.TempDir()},
		Changed: w.news.Publish, Now: clock.Now,
	})
	ctx, cancel := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	waiting.Go(func() { w.wait(ctx, clock, nil) })
	t.Cleanup(func() { cancel(); waiting.Wait() })
	return w
}

// tell has the backend answer like this from now on.
func (w *waiter) tell(answer func() (usage.Usage, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer = answer
}

// Usage implements usage.Backend.
func (w *waiter) Usage(context.Context, usage.Asker) (usage.Answer, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, time.Since(w.begun))
	u, err := w.answer()
	return usage.Answer{Usage: u}, err
}

// ResetCredits implements usage.Backend.
func (w *waiter) ResetCredits(context.Context, usage.Asker) (usage.ResetCredits, error) {
	return usage.ResetCredits{}, nil
}

// at waits until so much of the bubble's time has passed, and returns how many
// questions there were and which alerts are due.
func (w *waiter) at(passed time.Duration) (asked int, due []usage.Alert) {
	time.Sleep(time.Until(w.begun.Add(passed)))
	synctest.Wait()
	u, _ := w.news.Last()
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.asked), u.Alerts
}

// filled is a window that is so full and is reset at some time.
func filled(percent float64, resets time.Time) func() (usage.Usage, error) {
	return func() (usage.Usage, error) {
		now := time.Now().Round(0).UTC()
		return usage.Usage{FetchedAt: now, Windows: []usage.Window{
			{Limit: usage.MainLimit, Minutes: 300, UsedPercent: &percent, ResetsAt: resets.Round(0).UTC(), ToldAt: now}}}, nil
	}
}

// Somebody waits for a full window: its alert goes with its reset, and the backend
// is asked once after it, though never within a minute of the last question. The
// alert about the reset goes an hour later, though nobody looks.
func TestWaitForReset(t *testing.T) {
	for name, test := range map[string]struct{ left, ask time.Duration }{
		"in an hour":      {time.Hour, time.Hour + 20*time.Second},
		"within a minute": {30 * time.Second, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWaiter(t)
				w.tell(filled(100, w.begun.Add(test.left)))
				w.service.Look(t.Context())
				if n, due := w.at(test.left - time.Second); n != 1 || len(due) != 1 || due[0].Percent != 80 {
					t.Fatalf("before the reset: %d questions, due %+v", n, due)
				}
				if n, due := w.at(test.left + time.Second); n != 1 || len(due) != 0 {
					t.Errorf("after the reset: %d questions, due %+v", n, due)
				}
				w.tell(filled(1, w.begun.Add(test.left+5*time.Hour)))
				if n, due := w.at(test.ask); n != 2 || len(due) != 1 || due[0].Percent != 0 {
					t.Errorf("asked at %v; due %+v", w.asked, due)
				}
				if n, due := w.at(test.ask + time.Hour + time.Second); n != 2 || len(due) != 0 {
					t.Errorf("an hour later: asked at %v; due %+v", w.asked, due)
				}
				if n, _ := w.at(test.left + 24*time.Hour); n != 2 {
					t.Errorf("asked at %v", w.asked)
				}
			})
		})
	}
}

// A backend that does not tell of the reset is not asked again and again.
func TestWaitForResetInVain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWaiter(t)
		w.tell(filled(100, w.begun.Add(time.Hour)))
		w.service.Look(t.Context())
		w.tell(func() (usage.Usage, error) { return usage.Usage{}, &usage.Failure{Problem: usage.ProblemServer} })
		if n, due := w.at(48 * time.Hour); n != 2 || len(due) != 0 {
			t.Errorf("asked at %v; due %+v", w.asked, due)
		}
	})
}

// An alert about a window that is not full goes with its reset, too, and nothing
// is asked for that.
func TestAlertGoesWithItsReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWaiter(t)
		w.tell(filled(85, w.begun.Add(time.Hour)))
		w.service.Look(t.Context())
		if n, due := w.at(59 * time.Minute); n != 1 || len(due) != 1 {
			t.Fatalf("before the reset: %d questions, due %+v", n, due)
		}
		if n, due := w.at(25 * time.Hour); n != 1 || len(due) != 0 {
			t.Errorf("after the reset: %d questions, due %+v", n, due)
		}
	})
}

// With alerts on, what Codex writes down is enough: nothing is asked.
func TestUsageAlerts(t *testing.T) {
	t.Parallel()
	r := newUsageRig(t)
	a := r.start()
	client := r.client()
	alerts, on := []int{80}, context.Background()
	must.Do(t, client.SetPreferences(on, auth.PreferenceChange{UsageAlerts: &alerts}))
	if got := r.settings(); got != "usage_alerts = [80]\n" {
		t.Errorf("the configuration is %q", got)
	}
	kit.Eventually(t, "the account is known", func() bool { return files.Memory{Home: a.stateDir}.Load().Account != "" })
	day := filepath.Join(r.home.Dir(), "sessions", "2026", "11", "28")
	must.Do(t, os.MkdirAll(day, 0o700))
	line := fmt.Sprintf(`{"timestamp":%q,"type":"event_msg","payload":{"type":"token_count","rate_limits":{"limit_id":null,"primary":{"used_percent":85.0,"window_minutes":300,"resets_at":%d}}}}`+"\n",
		time.Now().UTC().Format(time.RFC3339Nano), time.Now().Add(time.Hour).Unix())
	must.Do(t, os.WriteFile(filepath.Join(day, "rollout.jsonl"), []byte(line), 0o600))
	var due []usage.Alert
	for u := range client.SubscribeUsage(within(t)) {
		if due = u.Alerts; len(due) > 0 {
			break
		}
	}
	if len(due) != 1 || due[0].Percent != 80 || due[0].Window.Minutes != 300 {
		t.Fatalf("due: %+v", due)
	}
	first, err := client.ClaimNotice(within(t), due[0].ID)
	second, _ := a.ClaimNotice(within(t), due[0].ID)
	if !first || second || err != nil {
		t.Errorf("claimed %t and %t, %v", first, second, err)
	}
	if n := r.server.UsageRequests(); n != 0 {
		t.Errorf("the backend was asked %d times", n)
	}
	none := []int{}
	must.Do(t, client.SetPreferences(on, auth.PreferenceChange{UsageAlerts: &none}))
	kit.Eventually(t, "no alert when they are off", func() bool { return len(client.Usage().Alerts) == 0 })
}
