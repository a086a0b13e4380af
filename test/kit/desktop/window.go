//go:build linux

package desktop

import (
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rekey/test/kit"
)

// Window is the number that the display gives a window.
type Window int

// HasClass reports whether a window is of that class, by which desktops find the
// desktop entry of its program.
func (d *Desktop) HasClass(t testing.TB, w Window, class string) bool {
	t.Helper()
	return slices.Contains(d.windows("search", "--class", "^"+class+"$"), w)
}

// WaitWindow waits until a window is shown whose title begins so.
func (d *Desktop) WaitWindow(t testing.TB, title string) (found Window) {
	t.Helper()
	Require(t, Mouse)
	kit.Eventually(t, "a window called "+title, func() bool {
		shown := d.windows("search", "--onlyvisible", "--name", "^"+title)
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
		return len(d.windows("getwindowname", strconv.Itoa(int(w)))) == 0
	})
}

// windows asks xdotool for windows; none is no error.
func (d *Desktop) windows(words ...string) (list []Window) {
	for line := range strings.Lines(d.ask(words...)) {
		n, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			n = -1 // a name
		}
		list = append(list, Window(n))
	}
	return list
}

// Title is a window's title, "" when it has gone.
func (d *Desktop) Title(w Window) string { return d.ask("getwindowname", strconv.Itoa(int(w))) }

// WaitTitle waits until a window has this title.
func (d *Desktop) WaitTitle(t testing.TB, w Window, title string) {
	t.Helper()
	kit.Eventually(t, "the title "+title+"; it was "+d.Title(w), func() bool { return d.Title(w) == title })
}

// Press gives a window the focus and types keys into it: "Tab", "Return",
// "ctrl+w".
func (d *Desktop) Press(t testing.TB, w Window, keys ...string) {
	t.Helper()
	id := strconv.Itoa(int(w))
	kit.Eventually(t, "the focus on "+d.Title(w), func() bool {
		d.ask("windowfocus", id)
		return d.ask("getwindowfocus") == id
	})
	d.Type(t, append([]string{"key", "--delay", "40"}, keys...)...)
}

// ask asks the display something, by xdotool; "" for no answer.
func (d *Desktop) ask(words ...string) string {
	mouse := exec.Command(string(Mouse), words...)
	mouse.Env = d.Environ()
	out, err := mouse.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
