//go:build linux

package desktop

import (
	"bufio"
	"bytes"
	"errors"
	"image"
	_ "image/png" // what the camera makes
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/ui/uitest"
)

// StartDisplay starts a display in memory, 1280 by 800, on a free number. It
// returns when programs can connect to it.
func (d *Desktop) StartDisplay(t testing.TB) {
	t.Helper()
	Require(t, DisplayServer, Camera)
	number, tell, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer number.Close()
	p := &Process{ended: make(chan struct{})}
	// -displayfd picks a free number and tells it when the display accepts.
	p.cmd = exec.Command(string(DisplayServer), "-displayfd", "3", "-screen", "0", "1280x800x24",
		"-nolisten", "tcp", "-noreset", "+extension", "GLX")
	p.cmd.Env = d.Environ()
	p.cmd.ExtraFiles = []*os.File{tell}
	p.start(t)
	_ = tell.Close() // the display has its own
	_ = number.SetReadDeadline(time.Now().Add(uitest.Patience))
	line, err := bufio.NewReader(number).ReadString('\n')
	if err != nil {
		t.Fatalf("%s did not come up: %v", DisplayServer, err)
	}
	d.display = ":" + strings.TrimSpace(line)
}

// Screenshot returns a picture of the whole display, and keeps it as
// artefacts/<test>/<name>.png.
func (d *Desktop) Screenshot(t testing.TB, name string) image.Image {
	t.Helper()
	picture, encoded := d.look(t)
	keep(t, name, encoded)
	return picture
}

// ScreenshotAfter is Screenshot for a display that differs from before and has
// come to rest: two looks in a row are the same.
func (d *Desktop) ScreenshotAfter(t testing.TB, name string, before image.Image) image.Image {
	t.Helper()
	picture, encoded := d.look(t)
	uitest.Eventually(t, "a changed display that rests, for "+name, func() bool {
		last := picture
		picture, encoded = d.look(t)
		return same(last, picture) && !same(before, picture)
	})
	keep(t, name, encoded)
	return picture
}

// look takes a picture and returns it with its PNG.
func (d *Desktop) look(t testing.TB) (image.Image, []byte) {
	t.Helper()
	camera := exec.Command(string(Camera), "-window", "root", "png:-")
	camera.Env = d.Environ()
	var stderr bytes.Buffer
	camera.Stderr = &stderr
	encoded, err := camera.Output()
	if err != nil {
		t.Fatalf("take a picture of the display: %v\n%s", err, &stderr)
	}
	picture, _, err := image.Decode(bytes.NewReader(encoded))
	if err != nil {
		t.Fatalf("take a picture of the display: %v", err)
	}
	return picture, encoded
}

func same(a, b image.Image) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.Bounds() != b.Bounds() {
		return false
	}
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			if a.At(x, y) != b.At(x, y) {
				return false
			}
		}
	}
	return true
}

// keep writes a picture where a person finds it after the test.
func keep(t testing.TB, name string, encoded []byte) {
	t.Helper()
	dir := filepath.Join(moduleRoot(t), "artefacts", filepath.FromSlash(t.Name()))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), encoded, 0o644); err != nil {
		t.Fatal(err)
	}
}

// moduleRoot is the directory of the go.mod above the test's package.
func moduleRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
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
