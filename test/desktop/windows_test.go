//go:build linux

package desktop_test

import (
	"bytes"
	"context"
	"image"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
	"rekey/test/kit/wine"
)

// TestWindowsDesktop has the programs for Windows on a desktop: a tray without a
// console's window, its tooltip and menu, clicks, the window, a notification.
// Wine stands for Windows, and shows the icon in a real panel.
//
// What Wine 8 cannot show: a notification of today's Windows, because it has no
// Windows Runtime ("dom.NewXmlDocument(): error 0x80040154", class not
// registered). It calls itself Windows 7, for which beeep shows a balloon at an
// icon of its own instead: seen here, but no text can be read from it. A tooltip
// is garbage beyond its 64th character. There is no taskbar of Windows, so neither
// its overflow nor its light and dark themes.
func TestWindowsDesktop(t *testing.T) {
	r := newWindowsRig(t)
	bare := r.ScreenshotAfter(t, "0-bare", nil)
	if started := r.Run(t, r.tray); started.Code != 0 {
		t.Fatalf("rekey-tray: %+v", started)
	}
	r.ScreenshotAfter(t, "1-icon", bare)

	r.choose(t, "Refresh now", 7)
	kit.Eventually(t, "a refresh by the menu", func() bool { return r.server.Refreshes() == 1 })
	if !bytes.Equal(belowPanel(r.ScreenshotAfter(t, "2-refreshed", nil)), belowPanel(bare)) {
		t.Error("there is more than the icon in the panel: a console's window?")
	}
	r.choose(t, "Start at login", 2)
	kit.Eventually(t, "the start at login", func() bool {
		return strings.Contains(r.Run(t, r.program, "autostart", "status").Out, "Rekey starts when you sign in")
	})
	r.choose(t, "Open Rekey", 4)
	r.WaitWindow(t, "Rekey")
	kit.Eventually(t, "the window's picture", func() bool { return drawn(r.Screenshot(t, "3-window"), image.Rect(20, 80, 460, 600)) })

	// The window's State is the agent's, and so is what is said of it.
	r.server.RevokeAll()
	kit.Eventually(t, "a refused refresh, once the tokens no longer count as fresh", func() bool { return r.Run(t, r.program, "refresh").Code == 7 })
	// It is looked for again, because Wine makes a window anew when it gets OpenGL.
	r.KillWindow(t, r.WaitWindow(t, "Rekey: Works until"))
	closed := belowPanel(r.ScreenshotAfter(t, "4-refused", nil))
	kit.Eventually(t, "a notification", func() bool { return !bytes.Equal(belowPanel(r.Screenshot(t, "5-notification")), closed) })
	kit.Eventually(t, "its end", func() bool { return bytes.Equal(belowPanel(r.Screenshot(t, "6-end")), closed) })

	r.choose(t, "Quit", 0)
	kit.Eventually(t, "a panel without the icon", func() bool { return bytes.Equal(r.Screenshot(t, "7-ended").Pix, bare.Pix) })
}

// windowsRig is the programs for Windows on a real desktop.
type windowsRig struct {
	*rig
	*wine.Windows
	tray string // the program without a console
}

func newWindowsRig(t *testing.T) *windowsRig {
	t.Helper()
	const window = "rekey-window.exe"
	built := filepath.Join(".cache", "bin", window)
	if _, err := os.Stat(built); err != nil {
		kit.Missing(t, window+" (built by .ci/window-build windows)")
	}
	r := &windowsRig{rig: newBareRig(t, "", box.Config{AccessLife: time.Hour})}
	r.StartDisplay(t)
	r.StartPanel(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	t.Cleanup(cancel)
	r.Windows = wine.New(ctx, t, func() []string { return r.Environ(r.env...) })
	r.env = append(r.env, "CODEX_HOME="+r.Path(r.home.Dir()))
	var err error
	if r.program, err = r.Build("rekey.exe", "build", "."); err != nil {
		t.Fatal(err)
	}
	if r.tray, err = r.Build("rekey-tray.exe", "build", "-ldflags=-H=windowsgui", "./ui/tray/rekey-tray"); err != nil {
		t.Fatal(err)
	}
	must.Do(t, os.WriteFile(filepath.Join(filepath.Dir(r.tray), window), files.Read(t, built), 0o755))
	return r
}

// choose opens the icon's menu and clicks on a row, which so many rows are below.
func (r *windowsRig) choose(t *testing.T, name string, below int) {
	t.Helper()
	r.Type(t, "mousemove", "640", "600")
	closed := r.ScreenshotAfter(t, "2-before "+name, nil)
	r.Type(t, "mousemove", "10", "16", "click", "3")
	var rows []image.Point
	kit.Eventually(t, "the menu for "+name, func() bool {
		menu := r.ScreenshotAfter(t, "2-menu for "+name, nil)
		part := difference(closed, menu, image.Rect(0, 40, 1280, 800))
		rows = textRows(menu, part)
		return part.Dy() >= menuHeight && len(rows) > below
	})
	at := rows[len(rows)-1-below]
	r.Type(t, "mousemove", strconv.Itoa(at.X), strconv.Itoa(at.Y), "sleep", "0.2", "click", "1")
}

// belowPanel is a picture without the panel.
func belowPanel(picture *image.RGBA) []byte { return picture.Pix[40*picture.Stride:] }
