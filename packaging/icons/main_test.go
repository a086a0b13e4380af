package main

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

func TestTheme(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	must.Do(t, run([]string{"theme", folder}))
	for _, size := range []int{16, 22, 24, 32, 48, 64, 128, 256, 512} {
		file := filepath.Join(folder, fmt.Sprintf("%dx%d/apps/io.github.rekey.Rekey.png", size, size))
		if got := read(t, file).Bounds(); got != image.Rect(0, 0, size, size) {
			t.Errorf("%s is %v", file, got)
		}
	}
	svg, err := os.ReadFile(filepath.Join(folder, "scalable/apps/io.github.rekey.Rekey.svg"))
	if err != nil || !bytes.HasPrefix(svg, []byte("<svg")) {
		t.Errorf("the scalable icon is %.20q (%v)", svg, err)
	}
}

// TestSheet: every cell of the sheet has something in it, and those without
// colour have none.
func TestSheet(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "new", "sheet.png")
	must.Do(t, run([]string{"sheet", file}))
	drawn := read(t, file)
	const rows = 9 // statuses
	size := drawn.Bounds().Size()
	across, down := size.X/len(columns), size.Y/rows
	for row := range rows {
		for n, c := range columns {
			drawnOn, coloured := 0, false
			for y := row * down; y < (row+1)*down; y++ {
				for x := n * across; x < (n+1)*across; x++ {
					r, g, b, _ := drawn.At(x, y).RGBA()
					coloured = coloured || r != g || g != b
					if drawn.At(x, y) != drawn.At(n*across, row*down) {
						drawnOn++
					}
				}
			}
			if drawnOn < 1000 {
				t.Errorf("row %d, column %d: only %d pixels are drawn on", row, n, drawnOn)
			}
			if c.grey && coloured {
				t.Errorf("row %d, column %d has colours", row, n)
			}
		}
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"sheet"}, {"other", "x"}, {"theme", "a", "b"}} {
		if err := run(args); err == nil {
			t.Errorf("icons %q has no error", args)
		}
	}
}

func read(t *testing.T, file string) image.Image {
	t.Helper()
	content := files.Read(t, file)
	picture, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return picture
}
