package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// written is what was printed so far.
type written struct{ kit.Record }

func (w *written) lines() []string {
	return strings.Split(strings.TrimSuffix(w.String(), "\n"), "\n")
}

// watching runs "rekey watch" over a session and returns what it prints, and a
// way to end the session and to wait for the exit code.
func watching(t *testing.T, session *kit.Session, args ...string) (out *written, end func() int) {
	t.Helper()
	p, out := newTerminal(), &written{}
	p.Out = out
	p.Watch = func(ctx context.Context, h []string, face func(context.Context, []cli.Watched) error) error {
		return face(ctx, []cli.Watched{{Home: h[0], Session: session}})
	}
	code := make(chan int, 1)
	go func() { code <- p.Run(t.Context(), append([]string{"watch"}, args...)) }()
	return out, func() int {
		session.End()
		return <-code
	}
}

// wantLines waits for so many lines and wants the last to have these words.
func (w *written) wantLines(t *testing.T, n int, words string) {
	t.Helper()
	kit.Eventually(t, words, func() bool {
		lines := w.lines()
		return len(lines) >= n && strings.Contains(lines[n-1], words)
	})
	if lines := w.lines(); len(lines) != n {
		t.Errorf("it has printed %d lines, want %d:\n%s", len(lines), n, strings.Join(lines, "\n"))
	}
}

func TestWatchPrintsChangesInWords(t *testing.T) {
	session := kit.NewSession(kit.State(auth.StatusHealthy, noon))
	out, end := watching(t, session)
	out.wantLines(t, 1, "12:00:00  ada@example.com · Pro · Works until 15:00 (in 3 h)")
	session.Publish(kit.State(auth.StatusExpiring, noon))
	out.wantLines(t, 2, "12:00:00  Works until 15:00, then sign in again")
	same := kit.State(auth.StatusExpiring, noon)
	same.RefusedAt = same.RefusedAt.Add(time.Minute) // another State, the same words
	session.Publish(same)
	session.Publish(kit.State(auth.StatusSignedOut, noon))
	out.wantLines(t, 3, "12:00:00  Not signed in")
	if code := end(); code != cli.ExitOK {
		t.Errorf("it ends with %d", code)
	}
}

func TestWatchPrintsOneJSONObjectALine(t *testing.T) {
	session := kit.NewSession(kit.State(auth.StatusHealthy, noon))
	out, end := watching(t, session, "--format", "json")
	out.wantLines(t, 1, `"healthy"`)
	session.Publish(kit.State(auth.StatusUnreadable, noon))
	out.wantLines(t, 2, `"unreadable"`)
	if code := end(); code != cli.ExitOK {
		t.Errorf("it ends with %d", code)
	}
	for i, status := range []auth.Status{auth.StatusHealthy, auth.StatusUnreadable} {
		var got struct {
			Schema int
			Home   string
			State  auth.State
		}
		must.Do(t, json.Unmarshal([]byte(out.lines()[i]), &got))
		if got.Schema != 1 || got.Home != home || got.State != kit.State(status, noon) {
			t.Errorf("line %d is %+v", i+1, got)
		}
	}
}

// When nobody reads any more, watching ends.
func TestWatchEndsWithItsReader(t *testing.T) {
	for _, format := range []string{"text", "json", "waybar"} {
		p := newTerminal()
		p.Out = deaf{}
		ended := errors.New("the face has not ended")
		p.Watch = func(ctx context.Context, _ []string, face func(context.Context, []cli.Watched) error) error {
			ended = face(ctx, []cli.Watched{{Session: kit.NewSession(healthy().State)}})
			return ended
		}
		p.run(t, cli.ExitFailure, "watch", "--format", format)
		if !errors.Is(ended, errOther) {
			t.Errorf("--format %s: it ends with %v", format, ended)
		}
	}
}
