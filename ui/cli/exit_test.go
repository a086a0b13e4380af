package cli_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rekey/auth"
	"rekey/test/kit/files"
	"rekey/ui/cli"
)

// Every State has a code, and the help of the program explains each.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	want := map[auth.Status]int{
		auth.StatusHealthy: 0, auth.StatusRefreshing: 0, auth.StatusAPIKey: 0, auth.StatusExternal: 0,
		auth.StatusSignedOut: 3, auth.StatusSignInRequired: 4, auth.StatusWaiting: 5,
		auth.StatusUnreadable: 6, auth.StatusExpiring: 7,
	}
	help := newTerminal()
	help.run(t, cli.ExitOK, "--help")
	for _, status := range auth.Statuses() {
		code, ok := want[status]
		if !ok {
			t.Errorf("%s has no code here", status)
		}
		for _, args := range [][]string{{"status"}, {"status", "--json"}, {"refresh"}} {
			p := newTerminal()
			p.Status = func(context.Context, string) (cli.Report, error) { return report(status), nil }
			p.Refresh = p.Status
			p.run(t, code, args...)
			if p.out.Len() == 0 || p.err.Len() > 0 {
				t.Errorf("%s: rekey %v prints %q and says %q", status, args, &p.out, &p.err)
			}
		}
		if line := fmt.Sprintf("\n  %d  ", code); !strings.Contains(help.out.String(), line) {
			t.Errorf("the help does not explain code %d", code)
		}
	}
	if got := cli.ExitCode("another"); got != cli.ExitFailure {
		t.Errorf("a State that is not known has the code %d", got)
	}
}

// The table of docs/scripting.md has the codes that the help of each command
// names. That a command has no others is what every run here checks.
func TestPageOfExitCodes(t *testing.T) {
	t.Parallel()
	named := make(map[string][]int)
	for line := range strings.Lines(string(files.Read(t, "../../docs/scripting.md"))) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 {
			continue
		}
		code, err := strconv.Atoi(strings.TrimSpace(cells[1]))
		if err != nil {
			continue
		}
		list := strings.Fields(strings.NewReplacer("`", "", ",", "").Replace(cells[3]))
		if slices.Equal(list, []string{"all"}) {
			list = commands[1:]
		}
		for _, command := range list {
			named[command] = append(named[command], code)
		}
	}
	for _, command := range commands[1:] {
		if _, want := helpOf([]string{command}); command != "prompt" && !slices.Equal(named[command], want) {
			t.Errorf("the page gives %s the codes %v, its help %v", command, named[command], want)
		}
	}
}
