//go:build linux

package desktop_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/desktop"
	"rekey/test/kit/must"
)

// TestLinkInTheClipboard: while a sign-in waits for its browser, its page's
// address can be had for another one.
func TestLinkInTheClipboard(t *testing.T) {
	program := kit.Rekey(t)
	t.Run("through a real program", func(t *testing.T) {
		for _, reader := range []string{"xclip", "xsel"} {
			t.Run(reader, func(t *testing.T) { testClipboard(t, program, reader) })
		}
	})
	t.Run("without one", func(t *testing.T) {
		r, item := signingIn(t, program, t.TempDir())
		item.Click(t, "Copy link")
		item.WaitMenu(t, "why nothing was copied", has("Could not copy: there is no program for it; install "))
		item.Click(t, "Copy diagnostics")
		item.WaitMenu(t, "where they are", has("The diagnostics are in "))
		found, err := filepath.Glob(filepath.Join(r.Home(), ".local/state/rekey/*/diagnostics.txt"))
		if err != nil || len(found) != 1 {
			t.Fatalf("the diagnostics are in %q, %v", found, err)
		}
		text, err := os.ReadFile(found[0])
		if err != nil || !strings.Contains(string(text), "~/.codex") {
			t.Errorf("the diagnostics are %q, %v", text, err)
		}
		r.wantPublic(t, string(text))
		item.Click(t, "Cancel sign-in")
		item.WaitTooltip(t, "Works until")
	})
}

// testClipboard has only that program copy, and reads back what it copied.
func testClipboard(t *testing.T, program, copier string) {
	path, err := exec.LookPath(copier)
	if err != nil {
		kit.Missing(t, copier)
	}
	only := t.TempDir()
	must.Do(t, os.Symlink(path, filepath.Join(only, copier)))
	r, item := signingIn(t, program, only)
	item.Click(t, "Copy link")
	item.WaitMenu(t, "the word that it was copied", has("Copied"))
	// xsel ends before its child has the clipboard.
	clipboard := func() string {
		reading := exec.Command(path, "-selection", "clipboard", "-o")
		if copier == "xsel" {
			reading = exec.Command(path, "--clipboard", "--output")
		}
		reading.Env = r.Environ()
		out, err := reading.Output()
		if err != nil {
			return err.Error()
		}
		return string(out)
	}
	kit.Eventually(t, "the address in the clipboard", func() bool {
		return strings.HasPrefix(clipboard(), r.server.Issuer()+"/oauth/authorize?")
	})
	item.Click(t, "Copy diagnostics")
	item.WaitMenu(t, "where they are", has("The diagnostics are in the clipboard"))
	kit.Eventually(t, "the diagnostics in the clipboard", func() bool { return strings.Contains(clipboard(), "~/.codex") })
	r.wantPublic(t, clipboard())
	item.Click(t, "Cancel sign-in")
	item.WaitTooltip(t, "Works until")
	item.Click(t, "Quit") // the clipboard's program stays, and holds up nobody
}

// wantPublic: everybody may see the text.
func (r *rig) wantPublic(t *testing.T, text string) {
	t.Helper()
	for _, private := range []string{"ada@example.com", r.Home()} {
		if r.leaks(text) || strings.Contains(text, private) {
			t.Errorf("%q or a token is in\n%s", private, text)
		}
	}
}

// signingIn starts a tray whose programs are those in a folder, and in it a
// sign-in that nobody goes on with.
func signingIn(t *testing.T, program, path string) (*rig, *desktop.Item) {
	t.Helper()
	r := newBareRig(t, program, box.Config{AccessLife: time.Hour})
	r.StartDisplay(t)
	r.StartWatcher(t)
	r.server.RevokeAll()
	idle, err := exec.LookPath("true")
	must.Do(t, err)
	p := r.Start(t, append(append([]string{}, r.env...), "PATH="+path, "BROWSER="+idle), r.program)
	item := r.Item(t, p)
	item.Click(t, "Refresh now")
	item.WaitTooltip(t, "Works until")
	item.Click(t, "Sign in again…")
	return r, item
}
