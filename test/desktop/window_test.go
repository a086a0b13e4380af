//go:build linux

package desktop_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/desktop"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// windowProgram is the window's program, which takes a C compiler and minutes
// to build: .ci/window-build has done so, or it is missing.
func windowProgram(t *testing.T) string {
	t.Helper()
	program, err := filepath.Abs(filepath.Join(".cache", "bin", "rekey-window"))
	must.Do(t, err)
	if _, err := os.Stat(program); err != nil {
		kit.Missing(t, "rekey-window (built by .ci/window-build)")
	}
	return program
}

// TestWindowOnDesktop shows the real window of a real agent. Its pictures are
// kept in artefacts.
func TestWindowOnDesktop(t *testing.T) {
	window, program := windowProgram(t), kit.Rekey(t)
	t.Run("it lives with its agent", func(t *testing.T) { testWindowLives(t, program, window) })
	t.Run("two that start together are one", func(t *testing.T) { testWindowOnce(t, program, window) })
	t.Run("it signs in with a code", func(t *testing.T) { testWindowCode(t, program, window) })
	t.Run("it suits its user", func(t *testing.T) { testWindowSuits(t, program, window) })
	t.Run("it says in a sentence why there is none", func(t *testing.T) { testNoWindow(t, program, window) })
}

func testWindowLives(t *testing.T, program, windowProgram string) {
	r := newRig(t, program, time.Hour)
	agent := r.startRekey(t, "watch")
	socket := r.socket(t)
	shown := r.Start(t, []string{"REKEY_LOG=debug"}, windowProgram, "--socket", socket)
	window := r.WaitWindow(t, "Rekey")
	r.WaitTitle(t, window, "Rekey") // nothing to look after
	kit.Eventually(t, "the first picture in the window", func() bool { return contentDrawn(r.Screenshot(t, "0-opening")) })
	picture := r.ScreenshotAfter(t, "1-healthy", nil)

	// A second start has the one that is there come forward, and opens none.
	if again := r.Start(t, nil, windowProgram, "--socket", socket); again.Wait(t) != 0 {
		t.Errorf("a second start failed:\n%s", again.Output())
	}

	// From the tray's "Add an account…" it asks for a name, which Escape takes back.
	if asking := r.Start(t, nil, windowProgram, "--socket", socket, "--add-account"); asking.Wait(t) != 0 {
		t.Errorf("a start that adds an account failed:\n%s", asking.Output())
	}
	picture = r.ScreenshotAfter(t, "1-add-account", picture)
	r.Press(t, window, "Escape")
	picture = r.ScreenshotAfter(t, "1-not-added", picture)

	// A change of the file shows.
	must.Do(t, r.home.Replace(box.AuthJSON(box.WithAPIKey("sk-not-a-real-key"))))
	r.WaitTitle(t, window, "Rekey: Using an API key")
	picture = r.ScreenshotAfter(t, "2-changed", picture)

	// The agent is gone: a sentence, and on with the next one.
	agent.Kill(t)
	r.WaitTitle(t, window, "Rekey is no longer running")
	picture = r.ScreenshotAfter(t, "3-gone", picture)
	agent = r.startRekey(t, "watch")
	r.WaitTitle(t, window, "Rekey: Using an API key")

	// The keys are enough: the first button signs in, by the browser.
	r.Press(t, window, "Tab", "Return")
	r.WaitTitle(t, window, "Rekey")
	picture = r.ScreenshotAfter(t, "4-signed-in", picture)
	r.Press(t, window, "ctrl+r")
	kit.Eventually(t, "a refresh by Ctrl+R", func() bool { return r.server.Refreshes() > 0 })
	r.ScreenshotAfter(t, "5-refreshed", picture)

	// Closing it ends its process; the agent stays, and has one client less.
	if clients(t, socket) != 1 {
		t.Errorf("the agent has %d clients, want the window", clients(t, socket))
	}
	r.closeByKeys(t, window, shown, "ctrl+w")
	kit.Eventually(t, "no client left", func() bool { return clients(t, socket) == 0 })
	if err := syscall.Kill(agent.PID(), 0); err != nil {
		t.Errorf("the agent has gone with the window: %v", err)
	}
	if out := shown.Output(); r.leaks(out) {
		t.Errorf("the window printed a token:\n%s", out)
	}
}

// testWindowOnce: of two starts, as by a double click, one shows the window.
func testWindowOnce(t *testing.T, program, windowProgram string) {
	r := newRig(t, program, time.Hour)
	r.startRekey(t, "watch")
	socket := r.socket(t)
	first, second := r.Start(t, nil, windowProgram, "--socket", socket), r.Start(t, nil, windowProgram, "--socket", socket)
	select {
	case <-first.Ended():
		first, second = second, first
	case <-second.Ended():
	case <-kit.Context(t).Done():
		t.Fatal("both show a window")
	}
	if code := second.Wait(t); code != 0 {
		t.Errorf("the other one ended with %d:\n%s", code, second.Output())
	}
	r.closeByKeys(t, r.WaitWindow(t, "Rekey"), first, "ctrl+w")
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(socket), "*.window")); err != nil || len(left) > 0 {
		t.Errorf("the window has left %q, %v", left, err)
	}
}

// closeByKeys closes a window, and with it its process. A key that the window
// manager has taken for another window is pressed again.
func (r *rig) closeByKeys(t *testing.T, window desktop.Window, shown *desktop.Process, keys string) {
	t.Helper()
	pressed := time.Time{}
	kit.Eventually(t, "the end of the window after "+keys, func() bool {
		if time.Since(pressed) > 3*time.Second {
			r.Press(t, window, keys)
			pressed = time.Now()
		}
		select {
		case <-shown.Ended():
			return true
		default:
			return false
		}
	})
	if code := shown.Wait(t); code != 0 {
		t.Errorf("the window's process ended with %d", code)
	}
}

// testNoWindow: one clear sentence for each thing that is missing, and the exit
// code that --help documents.
func testNoWindow(t *testing.T, program, windowProgram string) {
	d := desktop.New(t)
	wantEnd := func(name string, code int, sentence string, extra []string, args ...string) {
		t.Helper()
		p := d.Start(t, extra, windowProgram, args...)
		if got := p.Wait(t); got != code {
			t.Errorf("%s: exit code %d, want %d", name, got, code)
		}
		out := strings.TrimSpace(p.Output())
		if !strings.HasPrefix(out, "rekey-window: ") || !strings.Contains(out, sentence) || strings.Contains(out, "\n") {
			t.Errorf("%s: it says\n%s\nwant one line with %q", name, out, sentence)
		}
	}
	wantEnd("no arguments", 2, "--socket is needed", nil)
	wantEnd("a flag that is none", 2, "-nonsense", nil, "--nonsense")
	wantEnd("a word too many", 2, `"more"`, nil, "--socket", "x", "more")
	wantEnd("no display", 1, "there is no display", nil, "--socket", "x")
	wantEnd("a mute display", 1, "the display does not answer", []string{"DISPLAY=:4711"}, "--socket", "x")

	must.Do(t, os.MkdirAll(filepath.Join(d.Home(), ".codex"), 0o700))
	d.Start(t, nil, program, "watch")
	socket := socketIn(t, d)
	d.StartDisplay(t)
	wantEnd("no agent", 1, "no Rekey answers", nil, "--socket", filepath.Join(d.Home(), "none.sock"))
	bare := desktop.New(t)
	bare.StartBareDisplay(t)
	d = bare
	wantEnd("no OpenGL", 1, "it has no OpenGL", nil, "--socket", socket)
}

// socket waits for the agent's socket.
func (r *rig) socket(t *testing.T) string { return socketIn(t, r.Desktop) }

func socketIn(t *testing.T, d *desktop.Desktop) (socket string) {
	t.Helper()
	kit.Eventually(t, "the agent's socket", func() bool {
		if found := sockets(t, d); len(found) == 1 {
			socket = found[0]
		}
		return socket != ""
	})
	return socket
}

// sockets are those of all agents.
func sockets(t *testing.T, d *desktop.Desktop) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(d.Home(), "run", "rekey", "*.sock"))
	must.Do(t, err)
	return found
}

// clients counts the connections to an agent's socket, as the kernel lists them.
func clients(t *testing.T, socket string) (n int) {
	t.Helper()
	list := files.Read(t, "/proc/net/unix")
	for line := range strings.Lines(string(list)) {
		fields := strings.Fields(line)
		// Num RefCount Protocol Flags Type St Inode Path; 03 is connected.
		if len(fields) == 8 && fields[7] == socket && fields[5] == "03" {
			n++
		}
	}
	return n
}
