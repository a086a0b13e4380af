package window

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// page is what focusable widgets need from their surroundings.
type page interface {
	// reveal scrolls so that o is completely visible.
	reveal(o fyne.CanvasObject)
	// key handles a key that the focused widget does not use.
	key(name fyne.KeyName)
	// shortcut handles a shortcut that the focused widget does not use.
	shortcut(s fyne.Shortcut)
}

// ringed draws a ring around a focused widget, because Fyne's own tint is
// invisible on a prominent button.
type ringed struct {
	fyne.WidgetRenderer
	ring *canvas.Rectangle
}

// newRinged adds a ring to a widget's renderer.
func newRinged(r fyne.WidgetRenderer, ring *canvas.Rectangle) *ringed {
	ring.FillColor, ring.StrokeWidth, ring.CornerRadius = color.Transparent, 2, theme.InputRadiusSize()+2
	ring.Hidden = true
	return &ringed{r, ring}
}

// Objects implements fyne.WidgetRenderer.
func (r *ringed) Objects() []fyne.CanvasObject {
	objects := r.WidgetRenderer.Objects()
	return append(objects[:len(objects):len(objects)], r.ring)
}

// Layout implements fyne.WidgetRenderer.
func (r *ringed) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	const out = 2 // the ring is around the widget, not on it
	r.ring.Move(fyne.NewPos(-out, -out))
	r.ring.Resize(size.AddWidthHeight(2*out, 2*out))
}

// Refresh implements fyne.WidgetRenderer.
func (r *ringed) Refresh() {
	r.WidgetRenderer.Refresh()
	r.ring.StrokeColor = theme.Color(theme.ColorNameForeground)
	r.ring.Refresh()
}

// focus is what our focusable widgets have in common.
type focus struct {
	page page
	ring canvas.Rectangle
}

func (f *focus) gained(o fyne.CanvasObject) {
	f.ring.Show()
	f.page.reveal(o)
}

func (f *focus) lost() { f.ring.Hide() }

// button is a button that can be used from the keyboard: Enter presses it too.
type button struct {
	widget.Button
	focus focus
}

func newButton(p page, label string, tapped func()) *button {
	b := &button{focus: focus{page: p}}
	b.Text, b.OnTapped = label, tapped
	b.ExtendBaseWidget(b)
	return b
}

// CreateRenderer implements fyne.Widget.
func (b *button) CreateRenderer() fyne.WidgetRenderer {
	return newRinged(b.Button.CreateRenderer(), &b.focus.ring)
}

// FocusGained implements fyne.Focusable.
func (b *button) FocusGained() {
	b.Button.FocusGained()
	b.focus.gained(b)
}

// FocusLost implements fyne.Focusable.
func (b *button) FocusLost() {
	b.focus.lost()
	b.Button.FocusLost()
}

// TypedKey implements fyne.Focusable.
func (b *button) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		if !b.Disabled() {
			b.OnTapped() // Tapped would take the focus away
		}
	default:
		b.focus.page.key(k.Name)
	}
}

// check is a check box that can be used from the keyboard.
type check struct {
	widget.Check
	focus focus
}

func newCheck(p page, label string, changed func(bool)) *check {
	c := &check{focus: focus{page: p}}
	c.Text, c.OnChanged = label, changed
	c.ExtendBaseWidget(c)
	return c
}

// CreateRenderer implements fyne.Widget.
func (c *check) CreateRenderer() fyne.WidgetRenderer {
	return newRinged(c.Check.CreateRenderer(), &c.focus.ring)
}

// FocusGained implements fyne.Focusable.
func (c *check) FocusGained() {
	c.Check.FocusGained()
	c.focus.gained(c)
}

// FocusLost implements fyne.Focusable.
func (c *check) FocusLost() {
	c.focus.lost()
	c.Check.FocusLost()
}

// TypedKey implements fyne.Focusable. The space bar comes as a rune.
func (c *check) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeySpace:
	case fyne.KeyReturn, fyne.KeyEnter:
		if !c.Disabled() {
			c.SetChecked(!c.Checked)
		}
	default:
		c.focus.page.key(k.Name)
	}
}

// choice is a selection that can be used from the keyboard.
type choice struct {
	widget.Select
	focus focus
}

func newChoice(p page, changed func(string)) *choice {
	c := &choice{focus: focus{page: p}}
	c.OnChanged = changed
	c.ExtendBaseWidget(c)
	return c
}

// CreateRenderer implements fyne.Widget.
func (c *choice) CreateRenderer() fyne.WidgetRenderer {
	return newRinged(c.Select.CreateRenderer(), &c.focus.ring)
}

// FocusGained implements fyne.Focusable.
func (c *choice) FocusGained() {
	c.Select.FocusGained()
	c.focus.gained(c)
}

// FocusLost implements fyne.Focusable.
func (c *choice) FocusLost() {
	c.focus.lost()
	c.Select.FocusLost()
}

// TypedKey implements fyne.Focusable.
func (c *choice) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		c.Tapped(nil)
	case fyne.KeySpace, fyne.KeyUp, fyne.KeyDown, fyne.KeyLeft, fyne.KeyRight:
		c.Select.TypedKey(k)
	default:
		c.focus.page.key(k.Name)
	}
}

// link is a hyperlink that can be used from the keyboard: Enter follows it too.
// Fyne draws a ring around it by itself.
type link struct {
	widget.Hyperlink
	page page
}

func newLink(p page, tapped func()) *link {
	l := &link{page: p}
	l.OnTapped = tapped
	l.ExtendBaseWidget(l)
	return l
}

// FocusGained implements fyne.Focusable.
func (l *link) FocusGained() {
	l.Hyperlink.FocusGained()
	l.page.reveal(l)
}

// TypedKey implements fyne.Focusable.
func (l *link) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		l.OnTapped()
	default:
		l.page.key(k.Name)
	}
}
