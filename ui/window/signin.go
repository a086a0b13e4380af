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

// signIn are the widgets for a running sign-in.
type signIn struct {
	words                   words.Words
	step, left              *widget.Label
	code                    *userCode
	page                    *link
	openPage, copyLink      *button
	copyCode, replace, keep *button
	picture                 *canvas.Image
	shown                   SignInView
	root                    *fyne.Container
}

// signInActions are what the buttons do.
type signInActions struct {
	open   func()
	copied func(text string)
	answer func(yes bool)
}

func newSignIn(w words.Words, p page, do signInActions) *signIn {
	f := &signIn{words: w, step: newLabel(), left: newLabel(), picture: &canvas.Image{ScaleMode: canvas.ImageScalePixels}}
	f.picture.Hide()
	f.step.TextStyle.Bold = true
	f.left.Importance = widget.LowImportance
	f.code = newUserCode(p, do.copied)
	f.page = newLink(p, do.open)
	f.page.Wrapping = fyne.TextWrapBreak
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

	f.root = container.NewBorder(nil, nil, nil,
		container.NewVBox(f.picture),
		container.New(column{theme.Padding()},
			f.step, f.page, f.code,
			container.New(insetLeft(theme.InnerPadding()), side(f.copyCode, f.openPage, f.copyLink, f.keep, f.replace)),
			f.left))
	f.root.Hide() // not to be measured before there is a sign-in
	return f
}

// show fills in v.
func (f *signIn) show(v SignInView) {
	fill(f.step, v.Step)
	fill(f.left, v.Left)
	f.code.set(v.Code)
	f.keep.SetText(v.Keep)
	device := v.Page != nil && v.Code != ""
	setVisible(f.keep, v.Question)
	setVisible(f.replace, v.Question)
	setVisible(f.copyLink, v.Page != nil)
	setVisible(f.copyCode, v.Code != "")
	setVisible(f.openPage, v.Page != nil && !device)
	setVisible(f.page, device)
	setVisible(f.root, v.Step != "")
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
	// If the browser is on this machine, there is nothing to scan.
	f.picture.Hide()
	if v.Page == nil || v.Code == "" {
		return
	}
	squares, err := qr.Encode(address(v))
	if err != nil {
		return // too long for one: there is still the link
	}
	f.picture.Image = paint(squares)
	side := f.picture.Image.Bounds().Dx()
	f.picture.SetMinSize(fyne.NewSquareSize(float32(side * max(1, qrSide/side)))) // whole pixels to a square
	f.picture.Refresh()
	f.picture.Show()
}

// longestLink is how much of an address is shown; the button opens all of it.
const longestLink = 80

// paint draws a QR code black on white whatever the theme, because cameras look
// for that. Each square is a pixel; the screen enlarges them.
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
