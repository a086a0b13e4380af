//go:build unix

package program_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// hello are the parameters of initialize.
const hello = `{"clientInfo":{"name":"test","version":"1"}}`

// send sends a request to an app-server.
func (r *running) send(id int, method, params string) {
	r.box.t.Helper()
	must.Get(fmt.Fprintf(r.in, `{"id":%d,"method":%q,"params":%s}`+"\n", id, method, params))(r.box.t)
}

// answer waits for the answer to a request.
func (r *running) answer(id int) string {
	r.box.t.Helper()
	mark := fmt.Sprintf(`"id":%d,`, id)
	n := r.out.until(r.box.t, 0, mark)
	lines, _ := r.out.lines()
	return lines[n-1]
}

// token asks an app-server for the access token, with a new id each time.
func (r *running) token(id int) string {
	r.box.t.Helper()
	r.send(id, "getAuthStatus", `{"includeToken":true}`)
	var got struct{ Result struct{ AuthToken string } }
	must.Do(r.box.t, json.Unmarshal([]byte(r.answer(id)), &got))
	return got.Result.AuthToken
}

// accessToken is the one in the home.
func (b *sandboxed) accessToken() string {
	b.t.Helper()
	content := must.Get(b.Home.Read())(b.t)
	var stored struct {
		Tokens struct {
			Access string `json:"access_token"`
		}
	}
	must.Do(b.t, json.Unmarshal(content, &stored))
	return stored.Tokens.Access
}

// What is in the file is in the next answer, unless Codex is followed to the
// letter: that looks only when it has a reason to.
func TestAppServerFollows(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.mayPrint = true // asking for the token prints it
	b.signIn(time.Hour)
	first := b.accessToken()
	follows, asCodex := b.start("app-server"), b.start("app-server", "--no-watch")
	for _, p := range []*running{follows, asCodex} {
		p.send(1, "initialize", hello)
		p.answer(1)
		if got := p.token(2); got != first {
			t.Errorf("%v answers another token than the one in the home", p.cmd.Args)
		}
	}
	b.signIn(time.Hour)
	id := 2
	kit.Eventually(t, "the new token", func() bool { id++; return follows.token(id) == b.accessToken() })
	if got := asCodex.token(3); got != first {
		t.Error("with --no-watch it answers what it has not looked for")
	}
	for _, p := range []*running{follows, asCodex} {
		must.Do(t, p.in.Close())
		p.wait(0)
	}
	b.wantOutcomes()
}

// It ends with its input, or when it is told to although its input is open,
// and not in the middle of a refresh.
func TestAppServerEnds(t *testing.T) {
	t.Parallel()
	ways := map[string]func(*running){
		"end of the input": func(p *running) { _ = p.in.Close() },
		"SIGTERM":          func(p *running) { p.signal(syscall.SIGTERM) },
		"SIGINT":           func(p *running) { p.signal(syscall.SIGINT) },
	}
	for name, end := range ways {
		for _, args := range []string{"app-server", "app-server --no-watch"} {
			t.Run(name+", "+args, func(t *testing.T) {
				t.Parallel()
				b := newSandbox(t)
				b.signIn(time.Hour)
				before := listing(t, b.Home.Dir())
				silent := b.start(strings.Fields(args)...) // nobody introduces himself
				silent.send(1, "getAuthStatus", "{}")
				if got := silent.answer(1); !strings.Contains(got, "Not initialized") {
					t.Errorf("it answers %s", got)
				}
				idle := b.start(strings.Fields(args)...)
				idle.send(1, "initialize", hello)
				idle.answer(1)
				for _, p := range []*running{idle, silent} {
					end(p)
					p.wait(0)
				}
				wantUntouched(t, b.Home.Dir(), before)
			})
		}
		t.Run(name+", refreshing", func(t *testing.T) {
			t.Parallel()
			b := newSandbox(t)
			b.signIn(time.Hour)
			answer := make(chan struct{})
			b.Server.Script(box.Reply{Gate: answer})
			p := b.start("app-server")
			p.send(1, "initialize", hello)
			p.send(2, "getAuthStatus", `{"refreshToken":true}`)
			must.Do(t, b.Server.WaitForRequests(inTime(t), 1))
			before, _ := b.Home.Read()
			end(p)
			if name != "end of the input" { // what was asked before is answered, and takes its time
				p.err.until(t, 0, "A refresh is under way")
			}
			close(answer)
			p.wait(0)
			if after, err := b.Home.Read(); err != nil || slices.Equal(before, after) {
				t.Errorf("the answer is lost: %v", err)
			}
			b.wantOutcomes(box.OutcomeOK)
		})
	}
}
