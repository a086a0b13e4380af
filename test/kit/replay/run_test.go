package replay

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

func TestMain(m *testing.M) { os.Exit(kit.Main(m)) }

// rekey plays cases with the real program.
func rekey(t *testing.T) Options {
	return Options{Command: []string{kit.Rekey(t), "app-server", "--no-watch"}, Methods: []string{"getAuthStatus", "account/rateLimits/read"}}
}

// caseOf parses a case.
func caseOf(t *testing.T, text string) Case {
	t.Helper()
	var c Case
	must.Do(t, json.Unmarshal([]byte(text), &c))
	return c
}

const initialized = `{"call":"initialize","expect_authority_requests_so_far":0}`

func TestRunSaysWhatItCannotDo(t *testing.T) {
	t.Parallel()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	simple := `{"given":{},"steps":[` + initialized + `]}`
	for name, tt := range map[string]struct {
		ctx     context.Context
		text    string
		options Options
		want    string
	}{
		"a command line":  {t.Context(), `{"given":{},"steps":[{"run":["login"]}]}`, rekey(t), "more than the command can do"},
		"a method":        {t.Context(), `{"given":{},"steps":[{"call":"x"}]}`, Options{Command: []string{"x"}, Methods: []string{"y"}}, "more than the command can do"},
		"no command":      {t.Context(), simple, Options{}, "more than the command can do"},
		"no such command": {t.Context(), simple, Options{Command: []string{"/nonexistent"}}, "start the command"},
		"cancelled":       {cancelled, simple, rekey(t), "context canceled"},
		"unknown action":  {t.Context(), `{"given":{},"steps":[` + initialized + `,{"action":"x"}]}`, rekey(t), `unknown action "x"`},
		"unknown call":    {t.Context(), `{"given":{},"steps":[` + initialized + `,{"action":"await_call","id":"x"}]}`, rekey(t), `no call "x"`},
		"impossible step": {t.Context(), `{"given":{},"steps":[` + initialized + `,{"action":"delete_auth"}]}`, rekey(t), "no such file"},
		"broken mode":     {t.Context(), `{"given":{"auth_json":{},"mode":"9"},"steps":[` + initialized + `]}`, rekey(t), "a mode of the case"},
		"unknown kind":    {t.Context(), `{"given":{"auth_json":{"$kind":"x"}},"steps":[` + initialized + `]}`, rekey(t), `auth.json of kind "x"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if bad := Run(tt.ctx, caseOf(t, tt.text), tt.options); len(bad) != 1 || !strings.Contains(bad[0], tt.want) {
				t.Errorf("got %q", bad)
			}
		})
	}
}

// A command that does not end when it is told to is killed, and nothing is left
// of it. Not parallel: TMPDIR is the process's.
func TestRunLeavesNothingBehind(t *testing.T) {
	dir, pid := t.TempDir(), filepath.Join(t.TempDir(), "pid")
	t.Setenv("TMPDIR", dir)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stop := kit.Go(t, func(context.Context) {
		kit.Eventually(t, "the command", func() bool { text, _ := os.ReadFile(pid); return strings.HasSuffix(string(text), "\n") })
		cancel()
	})
	stubborn := Options{Command: []string{"sh", "-c", `trap "" TERM; echo $$ >"$0"; exec sleep 3600`, pid}}
	if bad := Run(ctx, caseOf(t, `{"given":{},"steps":[`+initialized+`]}`), stubborn); len(bad) != 1 || !strings.Contains(bad[0], "context canceled") {
		t.Errorf("got %q", bad)
	}
	stop()
	number := must.Get(strconv.Atoi(strings.TrimSpace(string(must.Get(os.ReadFile(pid))(t)))))(t)
	if p, err := os.FindProcess(number); err == nil && p.Signal(syscall.Signal(0)) == nil {
		t.Errorf("process %d is still there", number)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// What a recording calls optional is left out where the command cannot do it.
func TestRunnable(t *testing.T) {
	for step, want := range map[string]bool{`{"call":"x"}`: false, `{"call":"x","optional":true}`: true, `{"call":"y"}`: true} {
		if got := caseOf(t, `{"steps":[`+step+`]}`).Runnable([]string{"y"}); got != want {
			t.Errorf("%s: got %v, want %v", step, got, want)
		}
	}
}

// A file that is no list of recordings is not one without any.
func TestLoadRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "recordings.json")
	for _, text := range []string{"[", "{}"} {
		must.Do(t, os.WriteFile(path, []byte(text), 0o600))
		if _, err := Load(path); err == nil {
			t.Errorf("%s was loaded", text)
		}
	}
}

func TestSettleWaitsForTheAnswer(t *testing.T) {
	a := must.Get(listen())(t)
	t.Cleanup(a.Close)
	gate := make(chan struct{})
	a.play([]reply{{box.Reply{Status: http.StatusOK, Gate: gate}}}, nil)
	var asked sync.WaitGroup
	asked.Go(func() {
		resp, err := http.Post(a.TokenURL(), "", nil)
		if err != nil {
			t.Error(err)
			return
		}
		_ = resp.Body.Close()
	})
	must.Do(t, a.awaitMore(t.Context(), 0))
	short, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := a.settle(short, 0, 0); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("settled with a request in flight: %v", err)
	}
	close(gate)
	asked.Wait()
	if err := a.settle(t.Context(), time.Millisecond, 1); err != nil {
		t.Error(err)
	}
}

func TestReply(t *testing.T) {
	for text, want := range map[string]box.Reply{
		`{"status":503,"body":"\udcff<","content_type":"text/html","headers":{"retry-after":"7"},"delay":0.5}`: {
			Status: 503, Body: "\xff<", Header: map[string]string{"Content-Type": "text/html", "retry-after": "7"}, Delay: time.Second / 2},
		`{"body":{"a": 1},"truncate":true}`: {Status: 200, Body: `{"a": 1}`, Truncate: true},
		`{"body":null,"drop":true}`:         {Status: 200, Drop: true},
	} {
		var got reply
		if err := json.Unmarshal([]byte(text), &got); err != nil || !reflect.DeepEqual(got.Reply, want) {
			t.Errorf("%s: got %+v, %v, want %+v", text, got, err, want)
		}
	}
}
