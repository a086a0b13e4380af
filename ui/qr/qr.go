// Package qr encodes an address as a QR code for a phone. It makes the squares;
// each face draws them in its own way.
package qr

import (
	"fmt"

	"rsc.io/qr"
)

// QuietZone is how many light squares a code needs on every side so that a
// camera finds it.
const QuietZone = 4

// Encode returns the QR code of text: rows of squares from the top, true for
// dark ones, without the quiet zone. Its error correction level, about one in
// six, is enough for a screen and keeps the squares large. Texts of more than
// about two thousand characters do not fit.
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
