//go:build linux

package main_test

import (
	"image"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rekey/ui/uitest"
	"rekey/ui/uitest/desktop"
)

// windowProgram is the window's program, which takes a C compiler and minutes
// to build: .ci/window-build has done so, or it is missing.
func windowProgram(t *testing.T) string {
	t.Helper()
	program, err := filepath.Abs(filepath.Join(".cache", "bin", "rekey-window"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		uitest.Missing(t, "rekey-window (built by .ci/window-build)")
	}
	return program
}

// TestWindowOnDesktop shows the real window of a real agent. Its pictures are
// kept in artefacts.
func TestWindowOnDesktop(t *testing.T) {
	window, program := windowProgram(t), buildRekey(t)
	t.Run("it lives with its agent", func(t *testing.T) { testWindowLives(t, program, window) })
	t.Run("it suits its user", func(t *testing.T) { testWindowSuits(t, program, window) })
	t.Run("it says in a sentence why there is none", func(t *testing.T) { testNoWindow(t, program, window) })
}

func testWindowLives(t *testing.T, program, windowProgram string) {
	r := newRig(t, program, time.Hour)
	agent := r.startRekey(t, "watch")
	socket := r.socket(t)
	shown := r.Start(t, []string{"REKEY_LOG=debug"}, windowProgram, "--socket", socket)
	window := r.WaitWindow(t, "Rekey")
	r.WaitTitle(t, window, "Signed in")
	uitest.Eventually(t, "the first picture in the window", func() bool { return colours(r.Screenshot(t, "0-opening")) > 100 })
	picture := r.ScreenshotAfter(t, "1-healthy", nil)

	// A change of the file shows.
	if err := r.home.Replace(apiKey); err != nil {
		t.Fatal(err)
	}
	r.WaitTitle(t, window, "Using an API key")
	picture = r.ScreenshotAfter(t, "2-changed", picture)

	// The agent is gone: a sentence, and on with the next one.
	agent.Kill(t)
	r.WaitTitle(t, window, "Rekey has ended")
	picture = r.ScreenshotAfter(t, "3-gone", picture)
	agent = r.startRekey(t, "watch")
	r.WaitTitle(t, window, "Using an API key")

	// The keys are enough: the first button signs in, by the browser.
	r.Press(t, window, "Tab", "Return")
	r.WaitTitle(t, window, "Signed in")
	picture = r.ScreenshotAfter(t, "4-signed-in", picture)
	r.Press(t, window, "ctrl+r")
	uitest.Eventually(t, "a renewal by Ctrl+R", func() bool { return r.server.Refreshes() > 0 })
	r.ScreenshotAfter(t, "5-renewed", picture)

	// Closing it ends its process; the agent stays, and has one client less.
	if clients(t, socket) != 1 {
		t.Errorf("the agent has %d clients, want the window", clients(t, socket))
	}
	r.Press(t, window, "ctrl+w")
	if code := shown.Wait(t); code != 0 {
		t.Errorf("the window's process ended with %d", code)
	}
	uitest.Eventually(t, "no client left", func() bool { return clients(t, socket) == 0 })
	if err := syscall.Kill(agent.PID(), 0); err != nil {
		t.Errorf("the agent has gone with the window: %v", err)
	}
	if out := shown.Output(); r.leaks(out) {
		t.Errorf("the window printed a token:\n%s", out)
	}
}

// testWindowSuits: light and dark, small and large, English and Chinese.
func testWindowSuits(t *testing.T, program, windowProgram string) {
	r := newRig(t, program, time.Hour)
	r.startRekey(t, "watch")
	socket := r.socket(t)
	for _, tt := range []struct{ theme, scale, language, title string }{
		{"light", "1", "en", "Rekey: Signed in"},
		{"dark", "1", "zh-Hans", "Rekey：已登录"},
		{"light", "2", "zh-Hans", "Rekey：已登录"},
		{"dark", "2", "en", "Rekey: Signed in"},
	} {
		shown := r.Start(t, []string{"FYNE_THEME=" + tt.theme, "FYNE_SCALE=" + tt.scale, "REKEY_LANGUAGE=" + tt.language}, windowProgram, "--socket", socket)
		window := r.WaitWindow(t, tt.title)
		name := tt.theme + "-" + tt.scale + "-" + tt.language
		var picture *image.RGBA
		uitest.Eventually(t, name+" to be drawn", func() bool {
			picture = r.Screenshot(t, name)
			return colours(picture) > 100
		})
		picture = r.ScreenshotAfter(t, name, nil)
		middle := color.GrayModel.Convert(picture.At(picture.Rect.Dx()/2, picture.Rect.Dy()/2)).(color.Gray)
		if light := middle.Y > 0x80; light != (tt.theme == "light") {
			t.Errorf("%s: its middle is of the brightness %#x", name, middle.Y)
		}
		r.Press(t, window, "ctrl+q")
		if code := shown.Wait(t); code != 0 {
			t.Errorf("%s: ended with %d", name, code)
		}
	}
}

// colours counts the colours of a picture: a window that nothing is drawn in yet
// has few.
func colours(picture *image.RGBA) int {
	seen := map[color.Color]bool{}
	for y := range picture.Rect.Dy() {
		for x := range picture.Rect.Dx() {
			seen[picture.At(x, y)] = true
		}
	}
	return len(seen)
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

	if err := os.MkdirAll(filepath.Join(d.Home(), ".codex"), 0o700); err != nil {
		t.Fatal(err)
	}
	d.Start(t, nil, program, "watch")
	socket := socketIn(t, d)
	d.StartDisplay(t)
	wantEnd("no agent", 1, "no agent answers", nil, "--socket", filepath.Join(d.Home(), "none.sock"))
	bare := desktop.New(t)
	bare.StartBareDisplay(t)
	d = bare
	wantEnd("no OpenGL", 1, "it has no OpenGL", nil, "--socket", socket)
}

// socket waits for the agent's socket.
func (r *rig) socket(t *testing.T) string { return socketIn(t, r.Desktop) }

func socketIn(t *testing.T, d *desktop.Desktop) (socket string) {
	t.Helper()
	uitest.Eventually(t, "the agent's socket", func() bool {
		found, err := filepath.Glob(filepath.Join(d.Home(), "run", "rekey", "*.sock"))
		if err == nil && len(found) == 1 {
			socket = found[0]
		}
		return socket != ""
	})
	return socket
}

// clients counts the connections to an agent's socket, as the kernel lists them.
func clients(t *testing.T, socket string) (n int) {
	t.Helper()
	list, err := os.ReadFile("/proc/net/unix")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(list)) {
		fields := strings.Fields(line)
		// Num RefCount Protocol Flags Type St Inode Path; 03 is connected.
		if len(fields) == 8 && fields[7] == socket && fields[5] == "03" {
			n++
		}
	}
	return n
}
