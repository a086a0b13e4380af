// Command icons renders the drawings of package assets into files: the
// program's own icon in every size that desktops look for, and a sheet of all
// icons of the tray, to be looked at. No picture is kept in the repository.
//
//	icons theme FOLDER   the program's icon, as an icon theme: FOLDER/48x48/apps/…
//	icons sheet FILE     the tray's icons in all sizes, on all panels
package main

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"

	"rekey/assets"
)

// name is the program's icon's in a theme: the program's id.
const name = "io.github.rekey.Rekey"

// sizes of the program's icon, in pixels: those of the icon theme
// specification, and those that software centres want.
var appSizes = []int{16, 22, 24, 32, 36, 48, 64, 72, 96, 128, 192, 256, 512}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "icons:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 2 && args[0] == "theme":
		return writeTheme(args[1])
	case len(args) == 2 && args[0] == "sheet":
		return writeSheet(args[1])
	default:
		return fmt.Errorf("want \"theme FOLDER\" or \"sheet FILE\", got %q", args)
	}
}

func writeTheme(folder string) error {
	for _, size := range appSizes {
		drawn, err := assets.AppIcon(size)
		if err != nil {
			return err
		}
		file := filepath.Join(folder, fmt.Sprintf("%dx%d", size, size), "apps", name+".png")
		if err := writePNG(file, drawn); err != nil {
			return err
		}
	}
	return write(filepath.Join(folder, "scalable", "apps", name+".svg"), assets.AppSVG())
}

func writeSheet(file string) error {
	drawn, err := sheet()
	if err != nil {
		return err
	}
	return writePNG(file, drawn)
}

// writePNG writes a picture, as small as can be.
func writePNG(file string, drawn image.Image) error {
	var encoded bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&encoded, drawn); err != nil {
		return err
	}
	return write(file, encoded.Bytes())
}

// write writes a file, and makes the folder for it.
func write(file string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o644)
}
