package cli_test

import (
	"strings"
	"testing"

	"rekey/internal/config"
	"rekey/ui/cli"
)

// What holds is printed as a file, with where it comes from.
func TestConfig(t *testing.T) {
	t.Parallel()
	p := newTerminal()
	p.Config = func() cli.Configuration {
		return cli.Configuration{Path: "/home/ada/.config/rekey/config.toml", Settings: []cli.Setting{
			{"homes", "", ""}, {"keep_fresh", "false", "config.toml"}, {"log", `"info"`, ""},
		}}
	}
	p.run(t, cli.ExitOK, "config")
	const want = "# /home/ada/.config/rekey/config.toml\n# homes  # default\nkeep_fresh = false  # config.toml\nlog = \"info\"  # default\n"
	if p.out.String() != want || p.err.Len() > 0 {
		t.Errorf("it prints\n%s\nand says %q, want\n%s", &p.out, &p.err, want)
	}
}

// The help, and so the manual, explains every key.
func TestConfigHelp(t *testing.T) {
	t.Parallel()
	p := newTerminal()
	p.run(t, cli.ExitOK, "config", "--help")
	for _, k := range config.Keys() {
		_, rest, found := strings.Cut(p.out.String(), "\n  "+k.Name+" = ")
		if _, text, _ := strings.Cut(rest, "\n      "); !found || len(text) < 10 || strings.HasPrefix(text, "setting.") {
			t.Errorf("the help does not explain %s:\n%s", k.Name, &p.out)
		}
	}
}
