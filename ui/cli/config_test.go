package cli_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"rekey/internal/config"
	"rekey/ui/cli"
)

// What holds is printed as a file, with where it comes from.
func TestConfig(t *testing.T) {
	p := newTerminal()
	p.Config = func() cli.Configuration {
		return cli.Configuration{Path: "/home/ada/.config/rekey/config.toml", Settings: []cli.Setting{
			{"homes", "", "", nil}, {"keep_fresh", "false", "config.toml", nil}, {"log", `"info"`, "", errOther},
		}}
	}
	p.run(t, cli.ExitOK, "config")
	const want = "# /home/ada/.config/rekey/config.toml\n" +
		"# homes             # default\nkeep_fresh = false  # config.toml\nlog = \"info\"        # default; something else\n"
	if p.out.String() != want || p.err.Len() > 0 {
		t.Errorf("it prints\n%s\nand says %q, want\n%s", &p.out, &p.err, want)
	}
}

// The help, and so the manual, explains every key.
func TestConfigHelp(t *testing.T) {
	p := newTerminal()
	p.run(t, cli.ExitOK, "config", "--help")
	for _, k := range config.Keys() {
		_, rest, found := strings.Cut(p.out.String(), "\n  "+k.Name+" = ")
		if _, text, _ := strings.Cut(rest, "\n      "); !found || len(text) < 10 || strings.HasPrefix(text, "setting.") {
			t.Errorf("the help does not explain %s:\n%s", k.Name, &p.out)
		}
	}
}

// A command that does something once is refused; one that lasts says what is wrong
// and goes on, and so does one that only reads, whose code stays that of a mistake.
func TestProblemsOfTheConfiguration(t *testing.T) {
	for args, want := range map[string]int{
		"status": cli.ExitUsage, "homes": cli.ExitUsage, "refresh": cli.ExitUsage, "token": cli.ExitUsage, "config": cli.ExitUsage, "watch": cli.ExitOK, "": cli.ExitOK,
		"help": cli.ExitOK, "status --help": cli.ExitOK,
	} {
		t.Run("rekey "+args, func(t *testing.T) {
			p := newTerminal()
			p.Problems = []error{errors.New("config.toml:1: one"), errors.New("config.toml:2: two")}
			p.run(t, want, strings.Fields(args)...)
			says := strings.Contains(p.err.String(), "rekey: config.toml:1: one\nrekey: config.toml:2: two\n")
			if helps := strings.Contains(args, "help"); says == helps {
				t.Errorf("it says %q", p.err.String())
			}
			if ran := len(p.asked) > 0; ran != slices.Contains([]string{"", "watch", "status", "homes", "config"}, args) {
				t.Errorf("it asked for %q", p.asked)
			}
		})
	}
}
