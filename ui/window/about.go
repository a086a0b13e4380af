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
	quit *fyne.Container
	root fyne.CanvasObject
}

func newAbout(w words.Words, p page, do actions) *about {
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
	buttons := side(newButton(p, w.Say("tray.diagnostics"), do.diagnostics), newButton(p, w.Say("window.show_log"), do.log))
	f.quit = container.New(insetLeft(theme.InnerPadding()), side(newButton(p, w.Say("window.quit"), do.quit)))
	f.root = container.New(column{theme.Padding()}, facts,
		container.New(insetLeft(theme.InnerPadding()), buttons), f.note, f.quit)
	return f
}

// show fills in the note, and offers to quit where that is possible.
func (f *about) show(note string, canQuit bool) {
	fill(f.note, note)
	setVisible(f.quit, canQuit)
}

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

// quitter is the connection to a program that can be ended from here, that of the
// home on show if it is one; nil if there is none.
func (w *Window) quitter() Connection {
	for _, h := range append([]*home{w.home()}, w.homes...) {
		if h.session != nil && h.session.CanQuit() {
			return h.session
		}
	}
	return nil
}

// quit ends Rekey as its menu does, and this window with it.
func (w *Window) quit(ctx context.Context) {
	s := w.quitter()
	if s == nil {
		return
	}
	w.work.Go(func() {
		err := s.Quit(ctx)
		w.do(func() {
			if err == nil {
				w.Close()
				return
			}
			w.aboutNote = words.Line(w.words.Say("failed.change", "Why", w.words.Error(err)))
			w.render()
		})
	})
}
