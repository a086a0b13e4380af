// Package assets holds what the faces show and do not compute: the icons, each
// with one SVG source, and later the translations. Everything is embedded;
// pictures of a fixed size are rendered when they are needed.
package assets

import (
	"bytes"
	"embed"
	"fmt"

	"rekey/auth"
)

//go:embed icons/*.svg
var files embed.FS

//go:embed icons/rekey.svg
var app []byte

// colours are what each colour of the drawings, which are made for a light
// background, becomes on a dark one. What looks dim has a dim colour of its own,
// because something translucent looks different on every panel.
var colours = [...]struct{ light, dark string }{
	{"#2b2f36", "#f4f4f4"}, // ink
	{"#81858c", "#85888d"}, // dim ink
	{"#b36200", "#ffb347"}, // amber
	{"#c62828", "#ff7066"}, // red
}

// StatusSVG is the drawing for a status, 16 units square, in the colours for a
// background that is dark or is not. Each differs from all others in shape, so
// that colour is never the only sign.
//
// They are one family: what works is round or a shield, with the keyhole of the
// lock that Rekey is named after; what needs its user has an outline with
// corners and a mark instead. Holes and strokes are two units wide and lie on
// the grid of the smallest panel's pixels. The dot of a refresh stands still: a
// dot that moves would take a timer that ticks.
func StatusSVG(status auth.Status, dark bool) ([]byte, error) {
	svg, err := files.ReadFile("icons/" + string(status) + ".svg")
	if err != nil {
		return nil, fmt.Errorf("no icon for status %q: %w", status, err)
	}
	if dark {
		for _, colour := range colours {
			svg = bytes.ReplaceAll(svg, []byte(colour.light), []byte(colour.dark))
		}
	}
	return svg, nil
}

// AppSVG is the program's own icon, 64 units square. Callers must not modify it.
func AppSVG() []byte { return app }
