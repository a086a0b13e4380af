//go:build linux

package desktop

import (
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"rekey/test/kit"
)

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
