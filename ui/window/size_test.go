package window

import (
	"testing"
)

// TestLeastSize: the window cannot be made so small that something is cut off,
// and never has to be wider than it is at first.
func TestLeastSize(t *testing.T) {
	newApp(t)
	for _, w := range tongues() {
		for _, p := range people() {
			for _, s := range scenes() {
				_, c := set(t, s.of(p), w, usual)
				least := c.scroll.MinSize()
				if least.Width > usual.Width || least.Width < c.scroll.Content.MinSize().Width || least.Height < leastSize().Height {
					t.Errorf("%s, %s, %s: the least size is %v, of the content %v", s.name, w.Language(), p.name, least, c.scroll.Content.MinSize())
				}
			}
		}
	}
}

// TestWideWindow: in a window that fills the screen the content stands in the
// middle.
func TestWideWindow(t *testing.T) {
	app := newApp(t)
	_, c := set(t, scenes()[0], tongues()[0], usual.AddWidthHeight(1000, 200))
	card := c.card.root
	at := app.Driver().AbsolutePositionForObject(card)
	if width := card.Size().Width; width > widest || at.X < 400 || at.X+width > 1480-400 {
		t.Errorf("the card is at %v and %v wide", at, width)
	}
}
