// Package iconfile writes an icon as a file, for whoever wants one: windows, and
// the panels and notifications of Windows and macOS. On Linux rekey links none of
// this, which with the compression behind it is a fifth of a megabyte.
package iconfile

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"
)

// PNG is the picture as a PNG file.
func PNG(picture image.Image) ([]byte, error) {
	// Whoever gets it takes it apart at once: compressing it is the most of the
	// work, and needs a megabyte.
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.NoCompression}
	err := encoder.Encode(&out, picture)
	return out.Bytes(), err
}

// ICO is the picture, a square of at most 256 pixels, as a Windows icon file.
func ICO(picture image.Image) ([]byte, error) {
	icon, err := PNG(picture)
	const header = 6 + 16               // ICONDIR, ICONDIRENTRY
	size := byte(picture.Bounds().Dx()) //nolint:gosec // 256 is written as 0
	out := make([]byte, 0, header+len(icon))
	le := binary.LittleEndian
	out = le.AppendUint16(out, 0)  // reserved
	out = le.AppendUint16(out, 1)  // type: icon
	out = le.AppendUint16(out, 1)  // number of pictures
	out = append(out, size, size)  // width, height
	out = append(out, 0, 0)        // no palette, reserved
	out = le.AppendUint16(out, 1)  // colour planes
	out = le.AppendUint16(out, 32) // bits per pixel
	out = le.AppendUint32(out, uint32(len(icon)))
	out = le.AppendUint32(out, header)
	return append(out, icon...), err
}
