package iconfile_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"

	"rekey/assets/iconfile"
	"rekey/test/kit/must"
)

func TestFiles(t *testing.T) {
	picture := image.NewNRGBA(image.Rect(0, 0, 32, 32))
	want := color.NRGBA{0x10, 0x20, 0x30, 0x40}
	picture.SetNRGBA(3, 4, want)
	icon := must.Get(iconfile.PNG(picture))(t)
	read, err := png.Decode(bytes.NewReader(icon))
	if err != nil || read.Bounds() != picture.Rect || read.At(3, 4) != want {
		t.Fatalf("the PNG is %v with %v (%v)", read.Bounds(), read.At(3, 4), err)
	}
	ico := must.Get(iconfile.ICO(picture))(t)
	if want := []byte{0, 0, 1, 0, 1, 0, 32, 32}; !bytes.HasPrefix(ico, want) {
		t.Errorf("the file starts with % x, want % x", ico[:8], want)
	}
	if offset := int(ico[18]) | int(ico[19])<<8; !bytes.Equal(ico[offset:], icon) {
		t.Error("the picture is not where the directory says")
	}
	if _, err := iconfile.ICO(image.NewNRGBA(image.Rectangle{})); err == nil {
		t.Error("a picture of no pixels has no error")
	}
}
