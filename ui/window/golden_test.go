package window

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2/test"

	"rekey/ui/words"
)

// TestGolden compares every scene with its master in testdata, object by object.
// A scene that looks different is written to testdata/failed, to be looked at
// and moved over the master if that is how it shall be.
func TestGolden(t *testing.T) {
	newApp(t)
	for _, s := range scenes() {
		t.Run(s.name, func(t *testing.T) {
			for i, w := range s.usage.Windows { // Arabic is set in whatever font this machine has
				if w.Name == arabic {
					s.usage.Windows = slices.Clone(s.usage.Windows)
					s.usage.Windows[i].Name = "Cairo office"
				}
			}
			window, _ := set(t, s, words.English(), usual)
			test.AssertRendersToMarkup(t, s.name+".xml", window.Canvas())
		})
	}
}
