//go:build linux

package desktop

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/test/kit"
	"rekey/test/kit/must"
)

// The display's size.
const (
	width  = 1280
	height = 800
)

// StartDisplay starts a display in memory on a free number, with these options
// besides. It returns when programs can connect to it.
func (d *Desktop) StartDisplay(t testing.TB, options ...string) {
	t.Helper()
	d.startDisplay(t, append([]string{"+extension", "GLX"}, options...)...)
}

// StartBareDisplay is StartDisplay without OpenGL.
func (d *Desktop) StartBareDisplay(t testing.TB) {
	t.Helper()
	d.startDisplay(t, "-extension", "GLX")
}

func (d *Desktop) startDisplay(t testing.TB, options ...string) {
	t.Helper()
	Require(t, DisplayServer, Camera)
	number, tell, err := os.Pipe()
	must.Do(t, err)
	defer number.Close()
	p := &Process{ended: make(chan struct{})}
	// -displayfd picks a free number and tells it when the display accepts.
	p.cmd = exec.Command(string(DisplayServer), append([]string{"-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", width, height),
		"-nolisten", "tcp", "-noreset"}, options...)...)
	p.cmd.Env = d.Environ()
	p.cmd.ExtraFiles = []*os.File{tell}
	p.start(t, d.as)
	_ = tell.Close() // the display has its own
	_ = number.SetReadDeadline(time.Now().Add(kit.Patience))
	line, err := bufio.NewReader(number).ReadString('\n')
	if err != nil {
		t.Fatalf("%s did not come up: %v", DisplayServer, err)
	}
	d.display = ":" + strings.TrimSpace(line)
}

// Screenshot returns a picture of the whole display, and keeps it as
// artefacts/<test>/<name>.png.
func (d *Desktop) Screenshot(t testing.TB, name string) *image.RGBA {
	t.Helper()
	picture := d.look(t)
	d.Keep(t, name, picture)
	return picture
}

// ScreenshotAfter is Screenshot for a display that differs from before, which
// may be nil, and has come to rest: two looks in a row are the same.
func (d *Desktop) ScreenshotAfter(t testing.TB, name string, before *image.RGBA) *image.RGBA {
	t.Helper()
	return d.ScreenshotWhen(t, name, func(picture *image.RGBA) bool {
		return before == nil || !bytes.Equal(before.Pix, picture.Pix)
	})
}

// ScreenshotWhen is Screenshot for a display that shows what is wanted, and has
// come to rest: two looks in a row are the same.
func (d *Desktop) ScreenshotWhen(t testing.TB, name string, wanted func(*image.RGBA) bool) *image.RGBA {
	t.Helper()
	picture := d.look(t)
	kit.Eventually(t, "a display that shows what is wanted and rests, for "+name, func() bool {
		last := picture
		picture = d.look(t)
		return bytes.Equal(last.Pix, picture.Pix) && wanted(picture)
	})
	d.Keep(t, name, picture)
	return picture
}

// UseCamera has pictures taken by a function, where the display is none of
// StartDisplay's. A failure is tried again.
func (d *Desktop) UseCamera(camera func() (image.Image, error)) { d.camera = camera }

// look takes a picture.
func (d *Desktop) look(t testing.TB) *image.RGBA {
	t.Helper()
	if d.camera != nil {
		var picture *image.RGBA
		kit.Eventually(t, "a picture", func() bool {
			taken, err := d.camera()
			if err != nil {
				return false
			}
			picture = image.NewRGBA(image.Rect(0, 0, taken.Bounds().Dx(), taken.Bounds().Dy()))
			draw.Draw(picture, picture.Rect, taken, taken.Bounds().Min, draw.Src)
			return true
		})
		return picture
	}
	camera := exec.Command(string(Camera), "-window", "root", "-depth", "8", "rgba:-")
	camera.Env = d.Environ()
	var stderr bytes.Buffer
	camera.Stderr = &stderr
	pixels, err := camera.Output()
	if err != nil || len(pixels) != 4*width*height {
		t.Fatalf("take a picture of the display: %d bytes, %v\n%s", len(pixels), err, &stderr)
	}
	return &image.RGBA{Pix: pixels, Stride: 4 * width, Rect: image.Rect(0, 0, width, height)}
}

// Keep keeps a picture as artefacts/<test>/<name>.png, where a person finds it after
// the test.
func (d *Desktop) Keep(t testing.TB, name string, picture image.Image) {
	t.Helper()
	dir := filepath.Join(moduleRoot(t), "artefacts", filepath.FromSlash(t.Name()))
	must.Do(t, os.MkdirAll(dir, 0o755))
	var encoded bytes.Buffer
	must.Do(t, (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&encoded, picture))
	must.Do(t, os.WriteFile(filepath.Join(dir, name+".png"), encoded.Bytes(), 0o644))
}

// moduleRoot is the directory of the go.mod above the test's package.
func moduleRoot(t testing.TB) string {
	t.Helper()
	dir := must.Get(os.Getwd())(t)
	for {
		_, err := os.Stat(filepath.Join(dir, "go.mod"))
		if err == nil {
			return dir
		}
		if parent := filepath.Dir(dir); errors.Is(err, fs.ErrNotExist) && parent != dir {
			dir = parent
			continue
		}
		t.Fatal("there is no go.mod above the test")
	}
}
