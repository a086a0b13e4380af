// Package qr draws an address as a QR code, for a phone to open it. It makes
// the squares; each face paints them its own way.
package qr

import (
	"fmt"

	"rsc.io/qr"
)

// QuietZone is how many light squares have to stay free around a code, on every
// side, for a camera to find it.
const QuietZone = 4

// Encode is the QR code of text: rows of squares from the top, true for dark
// ones, without the quiet zone. It corrects about one error in six, which is
// plenty on a screen and keeps the squares large. A text of more than about two
// thousand characters does not fit.
func Encode(text string) ([][]bool, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, fmt.Errorf("no QR code for %d bytes: %w", len(text), err)
	}
	rows := make([][]bool, code.Size)
	for y := range rows {
		rows[y] = make([]bool, code.Size)
		for x := range rows[y] {
			rows[y][x] = code.Black(x, y)
		}
	}
	return rows, nil
}
