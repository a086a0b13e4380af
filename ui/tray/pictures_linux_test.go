package tray_test

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"log/slog"
	"os"
	"slices"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/desktop"
	"rekey/test/kit/lending"
	"rekey/ui/tray"
	"rekey/ui/words"
)

// The pictures of every situation's icon and open menu in a real panel, for
// people to look at: one sheet for each language and each colour of panel, kept
// in artefacts. Each is in a process of its own, because the session's bus is a variable
// of the process.

func TestPicturesEnglishDark(t *testing.T)  { takePictures(t, languages[0], true) }
func TestPicturesEnglishLight(t *testing.T) { takePictures(t, languages[0], false) }
func TestPicturesChineseDark(t *testing.T)  { takePictures(t, languages[1], true) }
func TestPicturesChineseLight(t *testing.T) { takePictures(t, languages[1], false) }

// The part of the display that a menu fills, and how many stand beside each other.
const (
	pictureWidth, pictureHeight = 480, 360
	picturesInARow              = 4
)

func takePictures(t *testing.T, w words.Words, dark bool) {
	t.Parallel()
	if !kit.Alone(t) {
		return
	}
	desktop.Require(t, desktop.DisplayServer, desktop.Camera, desktop.WindowManager, desktop.PanelProgram, desktop.Mouse)
	d := desktop.New(t)
	d.StartDisplay(t)
	if dark {
		d.StartPanel(t)
	} else {
		d.StartLightPanel(t)
	}
	if err := os.Setenv("DBUS_SESSION_BUS_ADDRESS", d.Address()); err != nil { // this process is the test's own
		t.Fatal(err)
	}
	all := situations()
	session := kit.NewSession(all[0].state())
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		nothing := func(context.Context) error { return nil }
		ended <- tray.Run(ctx, []tray.Home{{Session: lending.Of(session), OpenWindow: nothing, OpenFolder: nothing, AddAccount: nothing}}, tray.Options{
			Words: w, Log: slog.New(slog.DiscardHandler),
			Copy:            func(context.Context, string) error { return nil },
			CopyDiagnostics: func(context.Context) (string, error) { return "", nil },
		})
	}()
	defer func() { cancel(); <-ended }()
	item := d.OwnItem(t)

	rows := (len(all) + picturesInARow - 1) / picturesInARow
	sheet := image.NewRGBA(image.Rect(0, 0, picturesInARow*pictureWidth, rows*pictureHeight))
	d.ScreenshotAfter(t, "nothing open", nil)
	seen := map[auth.Status]bool{}
	for i, x := range all {
		s := kit.State(x.status, time.Now())
		if x.change != nil {
			x.change(&s)
		}
		session.Publish(s)
		item.WaitMenu(t, "the rows for "+x.name, func(m desktop.Menu) bool {
			return slices.Equal(texts(m), labels(tray.Menu(w, []tray.View{{State: s}}, time.Now(), able)))
		})
		d.OpenMenu(t)
		picture := d.ScreenshotWhen(t, x.name, opened)
		at := image.Pt(i%picturesInARow*pictureWidth, i/picturesInARow*pictureHeight)
		draw.Draw(sheet, image.Rectangle{at, at.Add(image.Pt(pictureWidth, pictureHeight))}, picture, image.Point{}, draw.Src)
		d.CloseMenu(t)
		d.ScreenshotWhen(t, "nothing open", func(picture *image.RGBA) bool { return !opened(picture) })
		seen[x.status] = true
	}
	d.Keep(t, "all", sheet)
	if len(seen) != len(auth.Statuses()) {
		t.Errorf("pictures of %d statuses, want %d", len(seen), len(auth.Statuses()))
	}
}

// texts are the rows that a menu shows, those of submenus below their own.
func texts(m desktop.Menu) (list []string) {
	for _, item := range m {
		if item.Visible && !item.Separator {
			list = append(append(list, item.Label), texts(item.Children)...)
		}
	}
	return list
}

// opened reports whether a menu covers the black display below the panel.
func opened(picture *image.RGBA) bool {
	for y := 40; y < 60; y++ {
		if picture.RGBAAt(10, y) != (color.RGBA{A: 0xff}) {
			return true
		}
	}
	return false
}
