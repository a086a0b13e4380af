package window

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// userCode is a code in large type. A click or the Tab key selects all of it,
// because half of it is of no use; Ctrl+C copies it. Fyne's own selectable
// label would swallow the window's shortcuts.
type userCode struct {
	widget.BaseWidget
	page  page
	copy  func(string)
	text  string
	chars *widget.RichText
	under canvas.Rectangle // the sign that it is selected
}

func newUserCode(p page, copied func(string)) *userCode {
	c := &userCode{page: p, copy: copied, chars: widget.NewRichText()}
	c.under = canvas.Rectangle{FillColor: color.Transparent, CornerRadius: theme.InputRadiusSize()}
	c.under.Hidden = true
	c.ExtendBaseWidget(c)
	return c
}

// set shows a code; none takes no room.
func (c *userCode) set(text string) {
	if c.text != text {
		style := widget.RichTextStyleInline
		style.SizeName, style.TextStyle.Monospace = sizeNameCode, true
		c.text, c.chars.Segments = text, []widget.RichTextSegment{&widget.TextSegment{Text: text, Style: style}}
		c.chars.Refresh()
	}
	setVisible(c, text != "")
}

// CreateRenderer implements fyne.Widget.
func (c *userCode) CreateRenderer() fyne.WidgetRenderer { return &userCodeRenderer{c} }

// FocusGained implements fyne.Focusable.
func (c *userCode) FocusGained() {
	c.under.FillColor = theme.Color(theme.ColorNameSelection)
	c.under.Show()
	c.page.reveal(c)
}

// FocusLost implements fyne.Focusable.
func (c *userCode) FocusLost() { c.under.Hide() }

// TypedRune implements fyne.Focusable.
func (c *userCode) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (c *userCode) TypedKey(k *fyne.KeyEvent) { c.page.key(k.Name) }

// TypedShortcut implements fyne.Shortcutable.
func (c *userCode) TypedShortcut(s fyne.Shortcut) {
	switch s := s.(type) {
	case *fyne.ShortcutCopy:
		c.copy(c.text)
	case *desktop.CustomShortcut:
		c.page.shortcut(s)
	}
}

// Tapped implements fyne.Tappable.
func (c *userCode) Tapped(*fyne.PointEvent) {
	if on := fyne.CurrentApp().Driver().CanvasForObject(c); on != nil {
		on.Focus(c)
	}
}

// userCodeRenderer draws a userCode.
type userCodeRenderer struct{ code *userCode }

// Objects implements fyne.WidgetRenderer.
func (r *userCodeRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{&r.code.under, r.code.chars}
}

// Layout implements fyne.WidgetRenderer.
func (r *userCodeRenderer) Layout(size fyne.Size) {
	r.code.chars.Resize(size)
	r.code.under.Resize(fyne.NewSize(r.code.chars.MinSize().Width, size.Height))
}

// MinSize implements fyne.WidgetRenderer.
func (r *userCodeRenderer) MinSize() fyne.Size { return r.code.chars.MinSize() }

// Refresh implements fyne.WidgetRenderer.
func (r *userCodeRenderer) Refresh() { r.code.chars.Refresh() }

// Destroy implements fyne.WidgetRenderer.
func (r *userCodeRenderer) Destroy() {}
