//go:build linux

package program_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rekey/test/kit"
	"rekey/test/kit/browser"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// The sign-in in the browser from the command line, with the ports that the
// authorization server knows.
func TestProgramInTheBrowser(t *testing.T) {
	t.Parallel()
	kit.LoginPorts(t)
	self, err := os.Executable()
	must.Do(t, err)
	for name, agent := range map[string]bool{"alone": false, "through the agent": true} {
		t.Run(name, func(t *testing.T) {
			b := newSandbox(t)
			if agent { // which has no browser: the page is the caller's to show
				watch := b.start("watch")
				watch.out.until(t, 0, "Not signed in")
				defer watch.end()
				defer watch.out.until(t, 0, "ada@example.com")
			}
			standIn := filepath.Join(filepath.Dir(b.Home.Dir()), browser.StandInName)
			must.Do(t, os.Symlink(self, standIn))
			b.extra = []string{"BROWSER=" + standIn}
			login := b.start("login")
			login.wait(cli.ExitOK)
			login.err.until(t, 0, "  "+b.Server.Issuer()+"/oauth/authorize?")
			if lines, _ := login.out.lines(); !slices.Equal(lines, []string{signedIn, pickUp}) {
				t.Errorf("it prints %q", lines)
			}
			b.rekey(cli.ExitOK, "status")
		})
	}
	t.Run("no browser", func(t *testing.T) {
		b := newSandbox(t)
		b.signIn(time.Hour)
		login := b.start("login")
		n := login.err.until(t, 0, "rekey: The page could not be opened here")
		login.err.until(t, 0, "  "+b.Server.Issuer())
		lines, _ := login.err.lines()
		if !strings.Contains(lines[n-1], `use "rekey login --device"`) {
			t.Errorf("it says %q", lines)
		}
		// The address is printed whole: it is all that a person needs.
		page := lines[slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, "  http") })]
		answer, err := http.Get(strings.TrimSpace(page))
		must.Do(t, err)
		_ = answer.Body.Close()
		login.wait(cli.ExitOK)
	})
	t.Run("given up", func(t *testing.T) {
		b := newSandbox(t)
		b.signIn(time.Hour)
		login := b.start("login")
		login.err.until(t, 0, "  "+b.Server.Issuer())
		login.interrupt()
		login.wait(cli.ExitFailure)
		b.rekey(cli.ExitOK, "status")
		b.wantQuiet()
	})
}
