package window

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"rekey/internal/version"
	"rekey/ui/words"
)

// licence is the name of the file LICENSE's terms.
const licence = "MIT"

// about is the page that says which Rekey this is, and helps to report on it.
type about struct {
	note *widget.Label // about the last click here
	root fyne.CanvasObject
}

func newAbout(w words.Words, p page, diagnostics, log func()) *about {
	f := &about{note: newLabel()}
	facts := container.New(table{-theme.InnerPadding()})
	fact := func(name, value string) {
		if value != "" {
			l := newLabel()
			l.Wrapping = fyne.TextWrapBreak
			l.SetText(value)
			facts.Add(newName(name, false))
			facts.Add(l)
		}
	}
	build := version.Current()
	fact(w.Say("window.version"), build.Number)
	fact(w.Say("window.commit"), build.Commit)
	fact(w.Say("window.licence"), licence)
	buttons := side(newButton(p, w.Say("tray.diagnostics"), diagnostics), newButton(p, w.Say("window.show_log"), log))
	f.root = container.New(column{theme.Padding()}, facts,
		container.New(insetLeft(theme.InnerPadding()), buttons), f.note)
	return f
}

// show fills in the note.
func (f *about) show(note string) { fill(f.note, note) }

// copyDiagnostics copies the output of "rekey doctor" to the clipboard.
func (w *Window) copyDiagnostics(ctx context.Context) {
	if w.diagnose == nil {
		return
	}
	w.work.Go(func() {
		text, err := w.diagnose(ctx)
		w.do(func() {
			w.aboutNote = w.words.Say("tray.diagnostics_copied")
			if err != nil {
				w.aboutNote = words.Line(w.words.Say("failed.diagnostics", "Why", w.words.Error(err)))
			} else {
				fyne.CurrentApp().Clipboard().SetContent(text)
			}
			w.render()
		})
	})
}

// showLog opens the folder of the logs.
func (w *Window) showLog() {
	if w.logs != nil {
		w.browse(w.logs, "failed.folder")
	}
}
