package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rekey/assets/lang"
	"rekey/auth"
	"rekey/test/kit/must"
	"rekey/usage"
)

// patience bounds every wait. A test that passes never waits that long.
const patience = 2 * time.Minute

// life is shorter than the demo's, and long enough for a busy machine.
const life = 8 * time.Second

// stage is a running sandbox.
type stage struct {
	*Sandbox
	dir string
	ctx context.Context
	log *strings.Builder
}

// openStage starts a sandbox, whose log is searched for tokens at the end.
func openStage(t *testing.T) *stage {
	t.Helper()
	// Not t.TempDir: a socket's path has room for about a hundred characters.
	dir, err := os.MkdirTemp("", "demo")
	must.Do(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	s := &stage{dir: dir, ctx: ctx, log: &strings.Builder{}}
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if s.Sandbox, err = open(ctx, dir, "test", life, log); err != nil {
		t.Fatal(err)
	}
	running, stop := context.WithCancel(ctx)
	var agent sync.WaitGroup
	agent.Go(func() {
		if err := s.Agent.Run(running); err != nil {
			t.Errorf("the agent ends with %v", err)
		}
	})
	t.Cleanup(func() {
		stop()
		agent.Wait()
		if err := s.Close(context.Background()); err != nil {
			t.Errorf("Close: %v", err)
		}
		if strings.Contains(s.log.String(), "box-refresh-") {
			t.Errorf("the log has a token in it:\n%s", s.log)
		}
	})
	return s
}

// once counts the notices that are owed, as a face does that shows them.
func (s *stage) once(ctx context.Context) int {
	count := 0
	for range triggers {
		if st := s.Agent.State(); st.NeedsSignIn() && st.Notice != "" {
			if ours, err := s.Agent.ClaimNotice(ctx, st.Notice); err == nil && ours {
				count++
			}
		}
	}
	return count
}

func TestDemo(t *testing.T) {
	t.Parallel()
	s := openStage(t)
	var said []string
	english := lang.For("en")
	err := s.Run(s.ctx, Script{
		Say:      func(id string, pairs ...string) { said = append(said, english.Say(id, pairs...)) },
		Click:    func(ctx context.Context) error { return s.Agent.SignIn(ctx, auth.SignInPreferred) },
		Notified: s.once,
		Used:     func(w usage.Window) { said = append(said, fmt.Sprintf("full: %t", w.Full())) },
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, strings.Join(said, "\n"))
	}
	want := []string{"1  Healthy", "2  Refreshed", "3  Revoked", "4  Asked 10 more times: no further request", "5  One click", "6  Usage", "full: false", "full: true", "full: false", "Your own sign-in was not touched"}
	for i, words := range want {
		if i >= len(said) || !strings.Contains(said[i], words) {
			t.Fatalf("it says\n%s\nwant %q", strings.Join(said, "\n"), want)
		}
	}
	if n := s.server.Refreshes(); n != 2 {
		t.Errorf("%d refreshes were sent, want the refresh and the refused one", n)
	}
	if st := s.Agent.State(); st.Status != auth.StatusHealthy || st.Email != "ada@example.com" {
		t.Errorf("in the end the State is %+v", st)
	}
	// Nothing but Codex's home, and Rekey's own two folders beside it.
	entries, err := os.ReadDir(s.dir)
	if err != nil || len(entries) != 3 {
		t.Errorf("in the folder lie %v, %v", entries, err)
	}
}

// The demo is a check too: it fails at the station that is not reached.
func TestDemoFindsFaults(t *testing.T) {
	t.Parallel()
	errNobody := errors.New("nobody clicks")
	tests := map[string]struct {
		change func(*stage, *Script)
		want   string
	}{
		"no notification": {func(_ *stage, p *Script) { p.Notified = func(context.Context) int { return 0 } }, "station 4 of 6 (left alone): 0 notifications"},
		"two of them":     {func(_ *stage, p *Script) { p.Notified = func(context.Context) int { return 2 } }, "station 4 of 6 (left alone): 2 notifications"},
		"nobody clicks":   {func(_ *stage, p *Script) { p.Click = func(context.Context) error { return errNobody } }, "station 5 of 6 (signed in again): nobody clicks"},
		"nothing is kept": {func(s *stage, _ *Script) { _ = s.Agent.SetPreferences(s.ctx, auth.KeepFresh(false)) }, `station 2 of 6 (refreshed ahead of time): it stayed "waiting"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openStage(t)
			script := Script{Say: func(string, ...string) {}, Click: func(ctx context.Context) error { return s.Agent.SignIn(ctx, auth.SignInPreferred) }, Notified: s.once, Used: func(usage.Window) {}}
			tt.change(s, &script)
			ctx, cancel := context.WithCancel(s.ctx)
			defer cancel()
			if name == "nothing is kept" { // which the demo would wait for
				time.AfterFunc(2*life, cancel)
			}
			if err := s.Run(ctx, script); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Run = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestDemoNeedsAFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must.Do(t, os.WriteFile(file, nil, 0o600))
	s, err := Open(t.Context(), file, "test", slog.New(slog.DiscardHandler))
	if s != nil || err == nil || !strings.HasPrefix(err.Error(), "the demo's sandbox: ") {
		t.Errorf("Open = %v, %v", s, err)
	}
}
