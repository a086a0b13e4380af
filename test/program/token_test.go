//go:build unix

package program_test

import (
	"encoding/json"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// keepNothing has the home's agent refresh nothing by itself.
func (b *sandboxed) keepNothing() {
	b.t.Helper()
	client := must.Get(b.Attach(inTime(b.t)))(b.t)
	defer client.Close()
	must.Do(b.t, client.SetPreferences(inTime(b.t), auth.KeepFresh(false)))
}

// agentHasSeen waits until the home's agent knows what is in the home.
func (b *sandboxed) agentHasSeen() {
	b.t.Helper()
	var now struct{ State auth.State }
	must.Do(b.t, json.Unmarshal([]byte(b.run(b.command("status", "--json")).out), &now))
	content, err := b.Home.Read() // what ends too early is not called unreadable at once
	unreadable := err == nil && !json.Valid(content)
	client := must.Get(b.Attach(inTime(b.t)))(b.t)
	defer client.Close()
	for st := range client.Subscribe(inTime(b.t)) {
		if st.Method == now.State.Method && st.ExpiresAt.Equal(now.State.ExpiresAt) &&
			(st.Status == auth.StatusUnreadable) == unreadable {
			return
		}
	}
	b.t.Fatal("the agent has not seen the home")
}

// wantToken wants the token of the home to be printed, and nothing else.
func (b *sandboxed) wantToken(r result) {
	b.t.Helper()
	if r.out != b.accessToken()+"\n" || r.err != "" {
		b.t.Errorf("it prints %q and says %q, want the access token", r.out, r.err)
	}
}

// TestToken: the same comes out of every situation, and the same is asked for,
// whether an agent runs or not.
func TestToken(t *testing.T) {
	t.Parallel()
	refuse := func(code int) func(*sandboxed) {
		return func(b *sandboxed) { b.Server.RevokeAll(); b.rekey(code, "refresh") }
	}
	const dead = "the sign-in cannot be refreshed: the sign-in was revoked"
	revoked := []string{box.CodeInvalidated}
	tests := map[string]struct {
		left     time.Duration // of the sign-in, 0: none
		prepare  func(*sandboxed)
		args     string
		code     int
		words    string   // of the one sentence on standard error, "": the token is printed
		outcomes []string // of all requests
	}{
		"lasts":                 {time.Hour, nil, "", cli.ExitOK, "", nil},
		"does not last":         {time.Minute, nil, "", cli.ExitOK, "", []string{box.OutcomeOK}},
		"does not last as long": {20 * time.Minute, nil, "--min-validity 30m", cli.ExitOK, "", []string{box.OutcomeOK}},
		"is past":               {-time.Hour, nil, "", cli.ExitOK, "", []string{box.OutcomeOK}},
		"never lasts as long":   {time.Hour, nil, "--min-validity 2h", cli.ExitFailure, "and 2h0m0s was asked for", []string{box.OutcomeOK}},
		"signed out":            {0, nil, "", cli.ExitSignedOut, "not signed in", nil},
		"an API key":            {0, func(b *sandboxed) { b.put(apiKey) }, "", cli.ExitFailure, "no access token", nil},
		"unreadable":            {0, func(b *sandboxed) { b.put([]byte("{")) }, "", cli.ExitUnreadable, "cannot read", nil},
		"refused, and lasts":    {time.Hour, refuse(cli.ExitExpiring), "", cli.ExitOK, "", revoked},
		"refused, too short":    {20 * time.Minute, refuse(cli.ExitExpiring), "--min-validity 30m", cli.ExitExpiring, dead, revoked},
		"refused, past":         {-time.Hour, refuse(cli.ExitSignInRequired), "", cli.ExitSignInRequired, dead, revoked},
		"refused now":           {-time.Hour, func(b *sandboxed) { b.Server.RevokeAll() }, "", cli.ExitSignInRequired, dead, revoked},
		"server down":           {-time.Hour, func(b *sandboxed) { b.Server.Close() }, "", cli.ExitWaiting, "no connection could be made", nil},
	}
	for name, tt := range tests {
		for _, agent := range []bool{false, true} {
			where := map[bool]string{false: " alone", true: " through the agent"}[agent]
			t.Run(name+where, func(t *testing.T) {
				t.Parallel()
				b := newSandbox(t)
				b.mayPrint = true
				if agent {
					watch := b.start("watch")
					watch.out.until(t, 0, "Not signed in")
					b.keepNothing()
					defer watch.end()
				}
				if tt.left != 0 {
					b.signIn(tt.left)
				}
				if tt.prepare != nil {
					tt.prepare(b)
				}
				if agent {
					b.agentHasSeen()
				}
				for range 2 { // the second time is no other than the first
					r := b.rekey(tt.code, append([]string{"token"}, strings.Fields(tt.args)...)...)
					if tt.words == "" {
						b.wantToken(r)
					} else if r.sentence(t, tt.words); r.out != "" {
						t.Errorf("it prints %q", r.out)
					}
					if name == "never lasts as long" {
						break // that one is asked for again
					}
				}
				b.wantOutcomes(tt.outcomes...)
			})
		}
	}
}

// TestTokenThroughTheAgent: it is the agent's where there is one that answers.
func TestTokenThroughTheAgent(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.mayPrint = true
	b.extra = []string{"REKEY_LOG=debug"}
	b.signIn(time.Hour)
	const alone = "no agent answers"
	token := func() (byItself bool) {
		t.Helper()
		r := b.rekey(cli.ExitOK, "token")
		if r.out != b.accessToken()+"\n" {
			t.Errorf("it prints %q and logs %q", r.out, r.err)
		}
		return strings.Contains(r.err, alone)
	}
	wantAlone := func(where string) {
		t.Helper()
		if !token() {
			t.Errorf("an agent is said to answer %s", where)
		}
	}
	// It begins to answer only after its first line, and a busy one takes its time.
	answered := func() bool { return !token() }
	wantAlone("where there is none")
	watch := b.start("watch")
	kit.Eventually(t, "a token from the agent", answered)
	watch.signal(syscall.SIGSTOP) // it has its socket and does not answer
	wantAlone("while it is stopped")
	watch.signal(syscall.SIGCONT)
	kit.Eventually(t, "a token from the agent that goes on", answered)
	if err := watch.cmd.Process.Kill(); err != nil { // the socket is left behind
		t.Fatal(err)
	}
	_ = watch.cmd.Wait()
	wantAlone("after it was killed")
	b.wantOutcomes()
}

// TestTokenInterrupted: an interrupted command still waits for the answer.
func TestTokenInterrupted(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.signIn(time.Minute)
	answer := make(chan struct{})
	b.Server.Script(box.Reply{Gate: answer})
	before, _ := b.Home.Read()
	token := b.start("token")
	must.Do(t, b.Server.WaitForRequests(inTime(t), 1))
	token.interrupt()
	token.err.until(t, 0, "A refresh is under way; waiting for its answer.")
	close(answer)
	token.wait(cli.ExitFailure)
	token.err.until(t, 0, "rekey: interrupted")
	if after, err := b.Home.Read(); err != nil || slices.Equal(before, after) {
		t.Errorf("the answer is lost: %v", err)
	}
	if lines, _ := token.out.lines(); len(lines) > 0 {
		t.Errorf("it prints %q", lines)
	}
	b.wantOutcomes(box.OutcomeOK)
	b.wantQuiet()
}
