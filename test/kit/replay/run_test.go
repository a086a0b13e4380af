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
	"rekey/test/kit/must"
)

// caseOf parses a case.
func caseOf(t *testing.T, text string) Case {
	t.Helper()
	var c Case
	must.Do(t, json.Unmarshal([]byte(text), &c))
	return c
}

// status is what the fake answers for a token.
func status(token string) string {
	return `{"authMethod":"chatgpt","authToken":"` + token + `","requiresOpenaiAuth":true}`
}

const initialized = `{"call":"initialize","expect_authority_requests_so_far":0}`

// refresh is a case that the good fake passes: one refresh, answered once.
func refresh() string {
	return `{
	"name": "refresh", "topic": "fake",
	"given": {
	  "auth_json": {"token": "{{jwt_exp:+60}}", "extra": null},
	  "authority": [{"status": 200, "body": {"token": "two"}}, {"status": 500}]
	},
	"steps": [
	  ` + initialized + `,
	  {"call": "getAuthStatus", "params": {}, "expect_result": ` + status("{{jwt_exp:+60}}") + `, "expect_authority_requests_so_far": 0},
	  {"call": "getAuthStatus", "params": {"refreshToken": true}, "expect_result": ` + status("two") + `, "expect_authority_requests_so_far": 1},
	  {"call": "unknown", "expect_error": {}, "expect_authority_requests_so_far": 1}
	],
	"after": {"kind": "file", "mode": "0600", "unchanged": false, "auth_json": {"token": "two", "refreshed": "{{recent}}"}},
	"authority_requests": [{"method": "POST", "body": "{\"client_id\":\"fake\",\"grant_type\":\"refresh_token\",\"refresh_token\":\"{{jwt_exp:+60}}\"}"}]
	}`
}

func TestRunFindsFaults(t *testing.T) {
	t.Parallel()
	for behaviour, want := range map[string][]string{
		"good":     nil,
		"no nulls": nil,
		"dies": {
			"step 1 getAuthStatus {}: got error", "step 2 getAuthStatus {\"refreshToken\":true}: got error", "0 refresh requests so far, expected 1",
			"step 3 unknown: 0 refresh requests so far, expected 1", "after.unchanged", "after.auth_json",
		},
		"fails":               {"step 1 getAuthStatus {}: got error", "step 2 getAuthStatus {\"refreshToken\":true}: got error"},
		"asks at start":       {"step 0 initialize: 1 refresh requests so far, expected 0", "step 1", "step 1", "step 2", "step 3"},
		"asks twice":          {"step 2", "step 2", "step 3", "after.unchanged", "after.auth_json"},
		"sends another token": {"authority request 0: refresh_token is \"another\", expected \"{{jwt_exp:+60}}\""},
		"does not save":       {"step 2", "after.unchanged", "after.auth_json"},
		"opens the file":      {"after.mode:\n  got      \"0644\"\n  expected \"0600\""},
	} {
		t.Run(behaviour, func(t *testing.T) {
			t.Parallel()
			checkDifferences(t, Run(t.Context(), caseOf(t, refresh()), options(behaviour)), want)
		})
	}
}

// checkDifferences wants one difference for each text, which it must contain.
func checkDifferences(t *testing.T, got, want []string) {
	t.Helper()
	for i, text := range want {
		if i >= len(got) || !strings.Contains(got[i], text) {
			t.Fatalf("difference %d is not about %q; all of them:\n%s", i, text, strings.Join(got, "\n"))
		}
	}
	if len(got) > len(want) {
		t.Errorf("more differences than expected:\n%s", strings.Join(got, "\n"))
	}
}

func TestStartupCountCanBeIgnored(t *testing.T) {
	t.Parallel()
	text := `{"given": {"auth_json": {"token": "one"}, "authority": [{"status": 500}]}, "steps": [` + initialized + `,
	  {"call": "getAuthStatus", "params": {}, "expect_authority_requests_so_far": 0},
	  {"call": "getAuthStatus", "params": {"refreshToken": true}, "expect_authority_requests_so_far": 1},
	  {"action": "count", "expect_authority_requests_so_far": 1}]}`
	o := options("asks at start")
	checkDifferences(t, Run(t.Context(), caseOf(t, text), o), []string{"step 0", "step 1", "step 2", "step 3"})
	o.IgnoreStartupCount = true
	checkDifferences(t, Run(t.Context(), caseOf(t, text), o), nil)
}

// TestSteps plays the kinds of steps and files that no recording has yet; what is
// expected is what the fake does.
func TestSteps(t *testing.T) {
	t.Parallel()
	read := func(token string) string {
		return `,{"call":"getAuthStatus","params":{},"expect_result":` + status(token) + `,"expect_authority_requests_so_far":0}`
	}
	for name, tt := range map[string]struct{ given, steps, after string }{
		"directory":   {`{"auth_json":{"$kind":"directory"}}`, read("unreadable"), `{"kind":"directory"}`},
		"variable":    {`{"auth_json":{"token":"old"},"env":{"CODEX_HOME":"{{home}}/."}}`, read("old"), `{}`},
		"no variable": {`{"auth_json":{"token":"old"},"env":{"CODEX_HOME":null}}`, read("unreadable"), `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := `{"given":` + tt.given + `,"steps":[` + initialized + tt.steps + `],"after":` + tt.after + `}`
			o := options("good")
			o.Methods = []string{"getAuthStatus"}
			checkDifferences(t, Run(t.Context(), caseOf(t, text), o), nil)
		})
	}
}

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
		"a command line":  {t.Context(), `{"given":{},"steps":[{"run":["login"]}]}`, options("good"), "more than the command can do"},
		"a method":        {t.Context(), `{"given":{},"steps":[{"call":"x"}]}`, Options{Command: []string{"x"}, Methods: []string{"y"}}, "more than the command can do"},
		"no command":      {t.Context(), simple, Options{}, "more than the command can do"},
		"no such command": {t.Context(), simple, Options{Command: []string{"/nonexistent"}}, "start the command"},
		"cancelled":       {cancelled, simple, options("good"), "context canceled"},
		"unknown action":  {t.Context(), `{"given":{},"steps":[` + initialized + `,{"action":"x"}]}`, options("good"), `unknown action "x"`},
		"unknown call":    {t.Context(), `{"given":{},"steps":[` + initialized + `,{"action":"await_call","id":"x"}]}`, options("good"), `no call "x"`},
		"impossible step": {t.Context(), `{"given":{},"steps":[` + initialized + `,{"action":"delete_auth"}]}`, options("good"), "no such file"},
		"broken mode":     {t.Context(), `{"given":{"auth_json":{},"mode":"9"},"steps":[` + initialized + `]}`, options("good"), "a mode of the case"},
		"unknown kind":    {t.Context(), `{"given":{"auth_json":{"$kind":"x"}},"steps":[` + initialized + `]}`, options("good"), `auth.json of kind "x"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkDifferences(t, Run(tt.ctx, caseOf(t, tt.text), tt.options), []string{tt.want})
		})
	}
}

// Not parallel: TMPDIR is the process's.
func TestRunLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	text := `{"given":{},"steps":[` + initialized + `,{"call":"getAuthStatus","params":{},"expect_result":{}}]}`
	got := Run(t.Context(), caseOf(t, text), options("stubborn"))
	if len(got) != 1 {
		t.Fatalf("differences: %v", got)
	}
	_, rest, _ := strings.Cut(got[0], `"pid":`)
	digits, _, _ := strings.Cut(rest, ",")
	pid, err := strconv.Atoi(digits)
	if err != nil {
		t.Fatalf("no pid in %s", got[0])
	}
	if !alive(os.Getpid()) {
		t.Fatal("alive does not find this very process")
	}
	if alive(pid) {
		t.Errorf("process %d is still there", pid)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	return err == nil && p.Signal(syscall.Signal(0)) == nil
}

func TestLoad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		must.Do(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	cases, err := Load(write("good.json", "["+refresh()+"]"))
	if err != nil || len(cases) != 1 || cases[0].Name != "refresh" || cases[0].Topic != "fake" || len(cases[0].steps) != 4 {
		t.Errorf("got %+v, %v", cases, err)
	}
	for name, path := range map[string]string{
		"missing": filepath.Join(dir, "none"), "broken": write("broken.json", "["), "no list": write("object.json", "{}"),
	} {
		if _, err := Load(path); err == nil {
			t.Errorf("%s: loaded", name)
		}
	}
}

func TestRunnable(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		steps   string
		methods []string
		want    bool
	}{
		"all":             {`{"call":"x"}`, nil, true},
		"known":           {`{"call":"x"}`, []string{"x"}, true},
		"unknown":         {`{"call":"x"}`, []string{"y"}, false},
		"optional":        {`{"call":"x","optional":true}`, []string{"y"}, true},
		"initialize":      {`{"call":"initialize"}`, []string{"y"}, true},
		"change":          {`{"action":"write_auth"}`, []string{"y"}, true},
		"command line":    {`{"run":["login"]}`, nil, false},
		"concurrent":      {`{"concurrent":[{"call":"y"},{"call":"x"}]}`, []string{"y"}, false},
		"started earlier": {`{"action":"start_call","call":"x"}`, []string{"y"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := caseOf(t, `{"steps":[`+tt.steps+`]}`).Runnable(tt.methods); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestSettleWaitsForTheAnswer(t *testing.T) {
	t.Parallel()
	a, err := listen()
	must.Do(t, err)
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
	t.Parallel()
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
