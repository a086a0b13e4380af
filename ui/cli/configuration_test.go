package cli_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"rekey/ui/cli"
)

// A command that does something once is refused; one that lasts says what is wrong
// and goes on, and so does one that only reads, whose code stays that of a mistake.
func TestProblemsOfTheConfiguration(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]int{
		"status": cli.ExitUsage, "homes": cli.ExitUsage, "refresh": cli.ExitUsage, "token": cli.ExitUsage, "watch": cli.ExitOK, "": cli.ExitOK,
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
			if ran := len(p.asked) > 0; ran != slices.Contains([]string{"", "watch", "status", "homes"}, args) {
				t.Errorf("it asked for %q", p.asked)
			}
		})
	}
}
