//go:build linux

package desktop

import (
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"rekey/test/kit"
)

// Window is the number that the display gives a window.
type Window int

// WaitWindow waits until a window is shown whose title begins so.
func (d *Desktop) WaitWindow(t testing.TB, title string) (found Window) {
	t.Helper()
	Require(t, Mouse)
	kit.Eventually(t, "a window called "+title, func() bool {
		shown := d.windows(t, "search", "--onlyvisible", "--name", "^"+title)
		if len(shown) == 0 {
			return false
		}
		found = shown[0]
		return true
	})
	return found
}

// KillWindow ends the program of a window without warning, and waits until the
// window has gone.
func (d *Desktop) KillWindow(t testing.TB, w Window) {
	t.Helper()
	d.Type(t, "windowkill", strconv.Itoa(int(w)))
	kit.Eventually(t, "the end of the window", func() bool {
		return len(d.windows(t, "getwindowname", strconv.Itoa(int(w)))) == 0
	})
}

// windows asks xdotool for windows; none is no error.
func (d *Desktop) windows(t testing.TB, words ...string) (list []Window) {
	t.Helper()
	mouse := exec.Command(string(Mouse), words...)
	mouse.Env = d.Environ()
	out, err := mouse.Output()
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(out)) {
		n, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			n = -1 // a name
		}
		list = append(list, Window(n))
	}
	return list
}
