package cli_test

import (
	"bytes"
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/doctor"
	"rekey/lend"
	"rekey/test/kit"
	"rekey/ui/cli"
	"rekey/ui/words"
)

// noon is when everything here happens.
var noon = time.Date(2026, time.March, 23, 12, 0, 0, 0, time.UTC)

// home is the one that commands are about unless they name another.
const home = "/home/ada/.codex"

// terminal is a Program whose parts do nothing but note that they were asked.
type terminal struct {
	cli.Program
	session  *kit.Session // of every command
	given    auth.Session // that session, or one in front of it
	out, err bytes.Buffer
	asked    []string
	hint     string // of the desktop's panel
}

func newTerminal() *terminal {
	p := &terminal{}
	p.with(kit.NewSession(healthy().State))
	note := func(what, home string) error {
		p.asked = append(p.asked, strings.TrimSpace(what+" "+home))
		return nil
	}
	p.Program = cli.Program{
		Version: "1.2.3", In: strings.NewReader(""), Out: &p.out, Err: &p.err, Words: words.English(),
		Now:     func() time.Time { return noon },
		Status:  func(_ context.Context, h string) (cli.Report, error) { return healthy(), note("status", h) },
		Refresh: func(_ context.Context, h string) (cli.Report, error) { return healthy(), note("refresh", h) },
		WithSession: func(ctx context.Context, h string, face func(context.Context, auth.Session) error) error {
			return errors.Join(note("session", h), face(ctx, p.given))
		},
		Lending: func(context.Context, string) (*lend.Owner, bool, error) {
			return &lend.Owner{Book: lend.OpenBook("no/loans.json")}, false, nil
		},
		Homes: func(named []string) ([]string, error) {
			if len(named) == 0 {
				named = []string{home}
			}
			return named, nil
		},
		UserHome: "/home/ada",
		Accounts: func() []string { return []string{"home", "work"} },
		Become: func(h string, argv []string) error {
			return note("become "+argv[0], h)
		},
		Watch: func(_ context.Context, h []string, _ func(context.Context, []cli.Watched) error) error {
			return note("watch", strings.Join(h, " "))
		},
		Tray:      func(_ context.Context, h []string) error { return note("tray", strings.Join(h, " ")) },
		PanelHint: func(context.Context) string { return p.hint },
		Window:    func(_ context.Context, h []string) error { return note("window", strings.Join(h, " ")) },
		AppServer: func(_ context.Context, h string, noWatch bool) error {
			if noWatch {
				return note("app-server without watching", h)
			}
			return note("app-server", h)
		},
		Doctor: func(_ context.Context, h []string) (doctor.Report, error) {
			return doctor.Report{}, note("doctor", strings.Join(h, " "))
		},
		Config: func() cli.Configuration { _ = note("config", ""); return cli.Configuration{} },
		SignInAPIKey: func(_ context.Context, h string) (cli.Report, error) {
			return report(auth.StatusAPIKey), note("API key", h)
		},
		Demo: func(_ context.Context, o cli.DemoOptions) error {
			what := "demo"
			if o.Auto {
				what += " auto"
			}
			if o.Text {
				what += " text"
			}
			return note(what, "")
		},
	}
	return p
}

// visit makes it the session of every command.
func (p *terminal) with(s *kit.Session) { p.session, p.given = s, s }

// healthy is what the parts report.
func healthy() cli.Report { return report(auth.StatusHealthy) }

func report(status auth.Status) cli.Report {
	return cli.Report{Home: home, State: kit.State(status, noon), Kept: true}
}

// run executes a command line and wants it to end with a code.
func (p *terminal) run(t *testing.T, code int, args ...string) {
	t.Helper()
	if got := p.Run(t.Context(), args); got != code {
		t.Errorf("rekey %s ends with %d, want %d\n%s%s", strings.Join(args, " "), got, code, &p.out, &p.err)
	}
	if command, codes := helpOf(args); command != "prompt" && command != "help" && !slices.Contains(codes, code) {
		t.Errorf("rekey %s ends with %d, and its help names the codes %v", strings.Join(args, " "), code, codes)
	}
}

// helpOf is the command that a command line names, and the exit codes in its help.
// The prompt's says that it never fails.
func helpOf(args []string) (command string, codes []int) {
	cmd, _, err := cli.Tree("").Find(args)
	if err != nil {
		cmd = cli.Tree("")
	}
	_, text, _ := strings.Cut(cmd.Long, "Exit codes:")
	for _, number := range regexp.MustCompile(`\b\d+\b`).FindAllString(text, -1) {
		code, _ := strconv.Atoi(number)
		codes = append(codes, code)
	}
	if cmd.Name() == "run" {
		codes = append(codes, cli.ExitOK, cli.ExitFailure) // of the program that it runs
	}
	slices.Sort(codes)
	return cmd.Name(), codes
}

// wantSentence wants standard error to hold one sentence with these words.
func (p *terminal) wantSentence(t *testing.T, words string) {
	t.Helper()
	text := p.err.String()
	if !strings.HasPrefix(text, "rekey: ") || strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "\n") ||
		!strings.Contains(text, words) {
		t.Errorf("standard error is %q, want one sentence with %q", text, words)
	}
}

var errOther = errors.New("something else")
