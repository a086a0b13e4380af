//go:build linux || freebsd || openbsd || netbsd

package notify

import (
	"image"
	"image/draw"
	"strings"

	"github.com/godbus/dbus/v5"
)

// body is the message's text. What is wrong comes first, because some desktops
// show only one line. Markup is only used for services that announce it; others
// would show the escapes.
func body(n Notification, button, markup bool) string {
	lines := []string{n.Body}
	if n.Account != "" {
		lines = append(lines, n.Account)
	}
	if !button && n.Buttonless != "" {
		lines = append(lines, n.Buttonless)
	}
	text := strings.Join(lines, "\n")
	if !markup {
		return text
	}
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// hints are the parts of a message that have no argument of their own.
func hints(n Notification) map[string]dbus.Variant {
	h := map[string]dbus.Variant{
		"urgency":       dbus.MakeVariant(urgencyNormal),
		"desktop-entry": dbus.MakeVariant(appID),
	}
	if n.silent {
		h["suppress-sound"] = dbus.MakeVariant(true)
	}
	if n.Icon != nil {
		h["image-data"] = dbus.MakeVariant(pixels(n.Icon))
	}
	return h
}

// imageData is the specification's (iiibiiay).
type imageData struct {
	Width, Height, Stride int32
	Alpha                 bool
	BitsPerSample         int32
	Channels              int32
	Data                  []byte
}

// pixels converts a picture to the specification's format: 8-bit RGBA, not
// premultiplied.
func pixels(picture image.Image) imageData {
	b := picture.Bounds()
	img := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(img, img.Bounds(), picture, b.Min, draw.Src)
	return imageData{
		Width: int32(b.Dx()), Height: int32(b.Dy()), Stride: int32(img.Stride),
		Alpha: true, BitsPerSample: 8, Channels: 4, Data: img.Pix,
	}
}
