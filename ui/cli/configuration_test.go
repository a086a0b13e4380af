package cli_test

import (
	"errors"
	"strings"
	"testing"

	"rekey/ui/cli"
)

// A command that answers one question is refused; one that lasts says what is
// wrong and goes on.
func TestProblemsOfTheConfiguration(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]int{
		"status": cli.ExitUsage, "refresh": cli.ExitUsage, "watch": cli.ExitOK, "": cli.ExitOK,
		"help": cli.ExitOK, "status --help": cli.ExitOK,
	} {
		t.Run("rekey "+args, func(t *testing.T) {
			t.Parallel()
			p := newTerminal()
			p.Problems = []error{errors.New("config.toml:1: one"), errors.New("config.toml:2: two")}
			p.run(t, want, strings.Fields(args)...)
			says := strings.Contains(p.err.String(), "rekey: config.toml:1: one\nrekey: config.toml:2: two\n")
			if helps := strings.Contains(args, "help"); says == helps {
				t.Errorf("it says %q", p.err.String())
			}
			if ran := len(p.asked) > 0; ran != (args == "" || args == "watch") {
				t.Errorf("it asked for %q", p.asked)
			}
		})
	}
}
