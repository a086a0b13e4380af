package window

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"rekey/ui/qr"
	"rekey/ui/words"
)

// qrSide is about how large a QR code is, in Fyne's units.
const qrSide = 132

// signIn are the widgets for a sign-in under way.
type signIn struct {
	words                    words.Words
	step, left               *widget.Label
	code                     *widget.Label
	page, openPage, copyLink *button
	copyCode, replace, keep  *button
	picture                  *canvas.Image
	scan                     *fyne.Container // the picture with its caption
	links, answers           *fyne.Container
	shown                    SignInView
	root                     fyne.CanvasObject
}

// signInActions are what the buttons do.
type signInActions struct {
	open   func()
	copied func(text string)
	answer func(yes bool)
}

func newSignIn(w words.Words, p page, do signInActions) *signIn {
	f := &signIn{words: w, step: newLabel(), left: newLabel(), code: newLabel(), picture: &canvas.Image{ScaleMode: canvas.ImageScalePixels}}
	f.step.TextStyle.Bold = true
	f.left.Importance = widget.LowImportance
	f.code.Selectable, f.code.SizeName, f.code.TextStyle.Monospace = true, sizeNameCode, true
	f.code.Wrapping = fyne.TextWrapOff
	f.page = newButton(p, "", do.open)
	f.page.Importance, f.page.Alignment = widget.LowImportance, widget.ButtonAlignLeading
	f.openPage = newButton(p, w.Say("window.open_page"), do.open)
	f.copyLink = newButton(p, w.Say("window.copy_link"), func() {
		do.copied(f.shown.Page.String())
		f.copyLink.SetText(w.Say("window.copied"))
	})
	f.copyCode = newButton(p, w.Say("window.copy_code"), func() {
		do.copied(f.shown.Code)
		f.copyCode.SetText(w.Say("window.copied"))
	})
	f.replace = newButton(p, w.Say("window.replace"), func() { do.answer(true) })
	f.replace.Importance = widget.HighImportance
	f.keep = newButton(p, "", func() { do.answer(false) })

	caption := newLabel()
	caption.SetText(w.Say("window.page_code"))
	caption.Importance, caption.Alignment, caption.Wrapping = widget.LowImportance, fyne.TextAlignCenter, fyne.TextWrapOff
	f.scan = container.NewVBox(caption, container.NewCenter(f.picture))
	f.links = container.NewHBox(f.copyCode, f.openPage, f.copyLink)
	f.answers = container.NewHBox(f.keep, f.replace)
	f.root = container.New(column{theme.Padding()},
		f.step, f.page, container.NewCenter(f.code), container.NewCenter(f.links), f.scan,
		f.left, container.NewCenter(f.answers))
	return f
}

// show fills in v.
func (f *signIn) show(v SignInView) {
	fill(f.step, v.Step)
	fill(f.left, v.Left)
	fill(f.code, v.Code)
	f.keep.SetText(v.Keep)
	setVisible(f.answers, v.Question)
	setVisible(f.links, v.Page != nil)
	setVisible(f.copyCode, v.Code != "")
	setVisible(f.openPage, v.Code == "")
	setVisible(f.page, v.Page != nil && v.Code != "")
	f.showPage(v)
	f.shown = v
}

// showPage fills in what belongs to the page, once for each.
func (f *signIn) showPage(v SignInView) {
	address := func(v SignInView) string {
		if v.Page == nil {
			return ""
		}
		return v.Page.String()
	}
	if address(v) == address(f.shown) && v.Code == f.shown.Code {
		return
	}
	f.copyLink.SetText(f.words.Say("window.copy_link"))
	f.copyCode.SetText(f.words.Say("window.copy_code"))
	f.page.SetText(words.Clip(address(v), longestLink))
	squares, err := qr.Encode(address(v))
	// Where the browser is on this machine, there is nothing to scan.
	setVisible(f.scan, err == nil && v.Code != "")
	if err == nil && v.Code != "" {
		f.picture.Image = paint(squares)
		side := f.picture.Image.Bounds().Dx()
		f.picture.SetMinSize(fyne.NewSquareSize(float32(side * max(1, qrSide/side)))) // whole pixels to a square
		f.picture.Refresh()
	}
}

// longestLink is how much of an address is shown; the whole is behind the button.
const longestLink = 48

// paint draws a QR code black on white, whatever the theme: that is what a
// camera looks for. A pixel is a square; they are enlarged on the screen.
func paint(squares [][]bool) image.Image {
	side := len(squares) + 2*qr.QuietZone
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y, row := range squares {
		for x, dark := range row {
			if dark {
				picture.SetColorIndex(x+qr.QuietZone, y+qr.QuietZone, 1)
			}
		}
	}
	return picture
}
