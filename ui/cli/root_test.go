package cli_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"rekey/test/kit"
	"rekey/ui/cli"
)

func TestCommandsReachTheirParts(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"":                                "tray " + home,
		"--home /h":                       "tray /h",
		"status":                          "status " + home,
		"status --json --home /h":         "status /h",
		"--home=/h refresh":               "refresh /h",
		"watch":                           "watch " + home,
		"watch --format json":             "watch " + home,
		"token --home /h":                 "session /h",
		"token --min-validity 0":          "session " + home,
		"login --home /h":                 "session /h",
		"logout --home /h":                "session /h",
		"login --api-key-stdin --home=/h": "API key /h",
		"--home /a --home /b":             "tray /a /b",
		"watch --home /a --home=/b":       "watch /a /b",
		"doctor --home /a --home /b":      "doctor /a /b",
		"config":                          "config",
		"autostart status":                "session " + home,
		"window --home /a --home /b":      "window /a /b",
		"prompt":                          "status " + home,
		"run work -- codex":               "become codex /home/ada/.codex-work",
		"window --home /h":                "window /h",
		"app-server":                      "app-server " + home,
		"app-server --no-watch":           "app-server without watching " + home,
		"demo":                            "demo",
		"demo --auto --text":              "demo auto text",
		"app-server --no-watch=false":     "app-server " + home,
		"watch --format=text --home /":    "watch /",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			p := newTerminal()
			p.run(t, cli.ExitOK, strings.Fields(args)...)
			if !slices.Equal(p.asked, []string{want}) {
				t.Errorf("asked were %q, want %q", p.asked, want)
			}
		})
	}
}

func TestWrongCommandLines(t *testing.T) {
	for args, words := range map[string]string{
		"nosuch":                          `unknown command "nosuch"`,
		"statu":                           `unknown command "statu"; did you mean "rekey status"?`,
		"refesh":                          `unknown command "refesh"; did you mean "rekey refresh"?`,
		"status extra":                    `"extra"`,
		"refresh --json":                  "--json",
		"status --jsn":                    "--jsn",
		"-x":                              "-x",
		"--home":                          "--home",
		"logout --home=":                  `--home needs a value; see "rekey logout --help"`,
		"status --home /a --home=":        `--home needs a value; see "rekey status --help"`,
		"watch --format xml":              `"xml"; use text, json or waybar`,
		"watch --usage":                   "--usage is for --format waybar; \"rekey usage\" shows the usage",
		"watch --format":                  "--format",
		"watch --format=":                 "use text, json or waybar",
		"status --json=maybe":             "maybe",
		"window now":                      `"now"`,
		"app-server 1":                    `"1"`,
		"demo fast":                       `"fast"`,
		"token --home /a --home /b":       "one home",
		"login --home /a --home /b":       "one home",
		"logout --home /a --home /b":      "one home",
		"app-server --home /a --home /b":  "one home",
		"token 10m":                       `"10m"`,
		"token --min-validity -1s":        "use a time from 0s to 24h",
		"token --min-validity 25h":        "use a time from 0s to 24h",
		"token --min-validity 10":         "--min-validity",
		"login --device --api-key-stdin":  "choose one of",
		"login --device --method browser": "choose one of",
		"lend --print --json":             "choose one of",
		"lend --stop --replace ssh:x":     "choose one of",
		"login --method magic":            "use browser, device or codex",
		"login --method=":                 "use browser, device or codex",
		"login now":                       `"now"`,
		"logout now":                      `"now"`,
		"add":                             `NAME needs a value; see "rekey add --help"`,
		"env":                             `NAME needs a value; see "rekey env --help"`,
		"env a b":                         `"a b" cannot be the name of an account`,
		"run":                             "name one account, and after -- the command to run",
		"run wrk -- codex":                "~/.codex-wrk does not exist; the accounts are: home, work",
		"env wrk":                         "~/.codex-wrk does not exist; the accounts are: home, work",
		"remove a b":                      `"a b" cannot be the name of an account`,
		"autostart":                       "on, off or status",
		"autostart maybe":                 "on, off or status",
		"completion":                      "name the shell",
		"completion tcsh":                 "name the shell",
		"help nosuch":                     `unknown command "nosuch"`,
		"help status extra":               `"extra"`,
	} {
		t.Run(args, func(t *testing.T) {
			p := newTerminal()
			p.run(t, cli.ExitUsage, strings.Fields(args)...)
			p.wantSentence(t, words)
			if p.out.Len() > 0 || len(p.asked) > 0 {
				t.Errorf("it printed %q and asked %q", &p.out, p.asked)
			}
		})
	}
}

// commands are those that have a part of their own, "" for the tray.
var commands = []string{"", "status", "refresh", "watch", "prompt", "token", "usage", "lend", "add", "remove", "run", "env", "homes", "login", "logout", "window", "autostart", "doctor", "config", "app-server", "demo", "completion"}

func TestHelp(t *testing.T) {
	t.Parallel()
	for _, command := range commands {
		for _, args := range [][]string{append(strings.Fields(command), "--help"), append([]string{"help"}, strings.Fields(command)...)} {
			t.Run(strings.Join(args, " "), func(t *testing.T) {
				t.Parallel()
				p := newTerminal()
				p.run(t, cli.ExitOK, args...)
				help := p.out.String()
				_, examples, found := strings.Cut(help, "\nExamples:\n")
				if !found || !strings.Contains(examples, strings.TrimSpace("rekey "+command)) || strings.Contains(help, "help.") || strings.Contains(help, "flag.") {
					t.Errorf("the help has no example, or a text is missing:\n%s", help)
				}
				if p.err.Len() > 0 || len(p.asked) > 0 {
					t.Errorf("it said %q and asked %q", &p.err, p.asked)
				}
			})
		}
	}
}

// Every command that is shown is one of those that are tested here.
func TestHelpListsTheCommands(t *testing.T) {
	p := newTerminal()
	p.run(t, cli.ExitOK, "--help")
	_, rest, _ := strings.Cut(p.out.String(), "\nCommands:\n")
	list, _, _ := strings.Cut(rest, "\n\n")
	var listed []string
	for line := range strings.Lines(list) {
		if name := strings.Fields(line)[0]; name != "help" {
			listed = append(listed, name)
		}
	}
	want := slices.Sorted(slices.Values(commands[1:]))
	if !slices.Equal(listed, want) {
		t.Errorf("the help lists %q, want %q", listed, want)
	}
}

func TestVersion(t *testing.T) {
	p := newTerminal()
	p.run(t, cli.ExitOK, "--version")
	if got := p.out.String(); got != "rekey 1.2.3\n" || p.err.Len() > 0 {
		t.Errorf("it prints %q and says %q", got, &p.err)
	}
}

func TestErrors(t *testing.T) {
	p := newTerminal()
	p.Status = func(context.Context, string) (cli.Report, error) { return cli.Report{}, errOther }
	p.run(t, cli.ExitFailure, "status")
	p.wantSentence(t, "something else")
	if p.out.Len() > 0 {
		t.Errorf("it prints %q", &p.out)
	}

	// Being asked to exit is not a failure.
	p = newTerminal()
	p.Tray = func(context.Context, []string) error { return fmt.Errorf("tray: %w", context.Canceled) }
	p.run(t, cli.ExitOK)
	if p.err.Len() > 0 {
		t.Errorf("it says %q", &p.err)
	}
}

// Where there can be no tray, the program says so and watches.
func TestWithoutATray(t *testing.T) {
	p := newTerminal()
	p.Tray = func(context.Context, []string) error { return &cli.NoTrayError{Reason: "There is no tray here."} }
	session := kit.NewSession(healthy().State)
	p.Watch = func(ctx context.Context, h []string, face func(context.Context, []cli.Watched) error) error {
		session.End()
		return errors.Join(face(ctx, []cli.Watched{{Home: h[0], Session: session}}), errOther)
	}
	p.run(t, cli.ExitFailure, "--home", "/h")
	sentence, rest, _ := strings.Cut(p.err.String(), "\n")
	if sentence != `rekey: There is no tray here. Continuing as "rekey watch".` || rest != "rekey: something else\n" {
		t.Errorf("it says %q", &p.err)
	}
	if got := p.out.String(); got != "12:00:00  ada@example.com · Pro · Works until 15:00 (in 3 h)\n" && got != "" {
		t.Errorf("it prints %q", got)
	}
}

// TestTree: every command can be documented, because it has a description.
func TestTree(t *testing.T) {
	root := cli.Tree("1.2.3")
	if root.Version != "1.2.3" || !root.DisableAutoGenTag {
		t.Errorf("version %q, a page that changes with the day: %t", root.Version, !root.DisableAutoGenTag)
	}
	var visit func(*cobra.Command)
	n := 0
	visit = func(c *cobra.Command) {
		n++
		if c.Short == "" {
			t.Errorf("%s does not say what it is", c.CommandPath())
		}
		for _, below := range c.Commands() {
			visit(below)
		}
	}
	visit(root)
	if n < 5 {
		t.Errorf("only %d commands", n)
	}
}
