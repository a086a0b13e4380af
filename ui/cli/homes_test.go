package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// several makes the terminal one with these homes, each in a status of its own;
// "" stands for one that cannot be opened.
func several(p *terminal, statuses ...auth.Status) {
	at := make(map[string]auth.Status)
	var homes []string
	for i, s := range statuses {
		name := fmt.Sprintf("/home/ada/.codex-%d", i+1)
		homes, at[name] = append(homes, name), s
	}
	p.Homes = func([]string) ([]string, error) { return homes, nil }
	p.Status = func(_ context.Context, h string) (cli.Report, error) {
		if at[h] == "" {
			return cli.Report{}, errOther
		}
		return cli.Report{Home: h, State: kit.State(at[h], noon), Kept: true}, nil
	}
	p.Refresh = p.Status
}

// The home of an account may be a link: the sign-in goes where it leads, and the
// list says what its user knows.
func TestAddFollowsLinks(t *testing.T) {
	t.Parallel()
	p := newTerminal()
	p.MakeHome = func(string, string) (cli.Copied, error) { return cli.Copied{}, nil }
	p.AddHome = func(_ context.Context, h string) error { p.asked = append(p.asked, "add "+h); return nil }
	p.Homes = func(named []string) ([]string, error) { return []string{"/data" + named[0]}, nil }
	p.run(t, cli.ExitOK, "add", "work")
	if want := []string{"session /data/home/ada/.codex-work", "add /home/ada/.codex-work"}; !slices.Equal(p.asked, want) {
		t.Errorf("asked for %q, want %q", p.asked, want)
	}
}

// The worst of several homes decides the code, and each is named.
func TestSeveralHomes(t *testing.T) {
	p := newTerminal()
	several(p, auth.StatusHealthy, auth.StatusSignInRequired, auth.StatusSignedOut)
	p.run(t, cli.ExitSignInRequired, "status")
	const want = `~/.codex-1
  ada@example.com · Pro
  Works until 15:00 (in 3 h)
  Refreshes at 14:30
~/.codex-2
  Sign in again: the refresh token was already used
  ada@example.com · Pro
  Expired at 11:59
  Cannot be refreshed: the refresh token was already used
~/.codex-3
  Not signed in
`
	if p.out.String() != want || p.err.Len() > 0 {
		t.Errorf("it prints\n%s\nand says %q, want\n%s", &p.out, &p.err, want)
	}
	p = newTerminal()
	several(p, auth.StatusHealthy, auth.StatusExpiring)
	p.run(t, cli.ExitExpiring, "refresh")
	if !strings.HasPrefix(p.out.String(), "~/.codex-1\n  ada@example.com · Pro\n") || !strings.Contains(p.out.String(), "\n~/.codex-2\n") {
		t.Errorf("refresh prints\n%s", &p.out)
	}
}

// One that cannot be opened, or found, holds the others up no more than its code.
func TestSeveralHomesAndTrouble(t *testing.T) {
	p := newTerminal()
	several(p, auth.StatusHealthy, "", auth.StatusSignInRequired)
	p.run(t, cli.ExitFailure, "status")
	p.wantSentence(t, "~/.codex-2: something else")
	if n := strings.Count(p.out.String(), "~/.codex-"); n != 2 {
		t.Errorf("it prints\n%s", &p.out)
	}

	p = newTerminal()
	several(p, auth.StatusHealthy)
	homes := p.Homes
	p.Homes = func(named []string) ([]string, error) {
		list, _ := homes(named)
		return list, errors.Join(errOther, errOther)
	}
	p.run(t, cli.ExitUsage, "status")
	if p.err.String() != "rekey: something else\nrekey: something else\n" || !strings.HasPrefix(p.out.String(), "ada@example.com") {
		t.Errorf("it says %q and prints %q", &p.err, &p.out)
	}

	for _, command := range []string{"", "status", "refresh", "watch", "token", "login", "logout", "window", "app-server"} {
		p = newTerminal()
		p.Homes = func([]string) ([]string, error) { return nil, errOther }
		p.run(t, cli.ExitUsage, strings.Fields(command)...)
		p.wantSentence(t, "something else")
		if len(p.asked) > 0 {
			t.Errorf("%s: it asked for %q", command, p.asked)
		}
	}
}

// A program that does not run has the code that shells give it.
func TestRunErrors(t *testing.T) {
	for _, tt := range []struct {
		err   error
		code  int
		words string
	}{
		{cli.ErrNoProgram.With("Program", "codx"), cli.ExitNoProgram, "there is no program codx; check"},
		{cli.ErrNotStarted.With("Program", "codex", "Why", errOther), cli.ExitNotStarted, "codex could not be started: something else"},
	} {
		p := newTerminal()
		p.Become = func(string, []string) error { return tt.err }
		p.run(t, tt.code, "run", "work", "--", "codex")
		p.wantSentence(t, tt.words)
	}
	p := newTerminal()
	p.Accounts = func() []string { return nil }
	p.run(t, cli.ExitUsage, "env", "work")
	p.wantSentence(t, `"rekey add work" adds the account`)
	if p.out.Len() > 0 {
		t.Errorf("it prints %q for the shell to evaluate", &p.out)
	}
}

// Several homes in JSON are one object a line, each as for a single home.
func TestSeveralHomesInJSON(t *testing.T) {
	p := newTerminal()
	several(p, auth.StatusHealthy, auth.StatusWaiting)
	p.run(t, cli.ExitWaiting, "status", "--json")
	lines := strings.Split(strings.TrimSuffix(p.out.String(), "\n"), "\n")
	if len(lines) != 2 {
		t.Fatalf("it prints\n%s", &p.out)
	}
	for i, want := range []auth.Status{auth.StatusHealthy, auth.StatusWaiting} {
		var got auth.StateReport
		must.Do(t, json.Unmarshal([]byte(lines[i]), &got))
		if got.Schema != 1 || got.Home != fmt.Sprintf("/home/ada/.codex-%d", i+1) || got.State.Status != want {
			t.Errorf("line %d is %s", i+1, lines[i])
		}
	}
}

// watchingSeveral runs "rekey watch" over sessions.
func watchingSeveral(t *testing.T, args []string, sessions ...*kit.Session) (out *written, end func()) {
	t.Helper()
	p, out := newTerminal(), &written{}
	p.Out = out
	several(p, make([]auth.Status, len(sessions))...)
	p.Watch = func(ctx context.Context, homes []string, face func(context.Context, []cli.Watched) error) error {
		var list []cli.Watched
		for i, h := range homes {
			list = append(list, cli.Watched{Home: h, Session: sessions[i]})
		}
		return face(ctx, list)
	}
	ctx, cancel := context.WithCancel(t.Context())
	code := make(chan int, 1)
	go func() { code <- p.Run(ctx, append([]string{"watch"}, args...)) }()
	return out, func() {
		t.Helper()
		cancel()
		if got := <-code; got != cli.ExitOK {
			t.Errorf("it ends with %d", got)
		}
	}
}

func TestWatchSeveralHomes(t *testing.T) {
	a, b := kit.NewSession(kit.State(auth.StatusHealthy, noon)), kit.NewSession(kit.State(auth.StatusSignedOut, noon))
	out, end := watchingSeveral(t, nil, a, b)
	kit.Eventually(t, "two lines", func() bool { return len(out.lines()) == 2 })
	text := out.String()
	for _, line := range []string{"12:00:00  ~/.codex-1  ada@example.com · Pro · Works until 15:00 (in 3 h)\n", "12:00:00  ~/.codex-2  Not signed in\n"} {
		if !strings.Contains(text, line) {
			t.Errorf("it prints\n%s\nwithout %q", text, line)
		}
	}
	b.Publish(kit.State(auth.StatusAPIKey, noon))
	out.wantLines(t, 3, "~/.codex-2  Using an API key")
	end()
}
