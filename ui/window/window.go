package window

import (
	"context"
	"log/slog"
	"net/url"
	"strconv"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"rekey/assets"
	"rekey/assets/iconfile"
	"rekey/auth"
	"rekey/ui/words"
	"rekey/usage"
)

// Options are what a window needs besides Fyne.
type Options struct {
	// Homes are the homes to show, at least one; the first is shown first.
	Homes []Home
	// Words are the language.
	Words words.Words
	// Open shows a page in the user's browser, or a folder (file:). It may take
	// seconds.
	Open func(*url.URL) error
	// Diagnostics returns the output of "rekey doctor". It may take seconds.
	// Nil disables it.
	Diagnostics func(context.Context) (string, error)
	// AddAccount adds another account by its name, with the settings, prompts and
	// skills of the home like, "" for none. It calls tell with what its user should
	// read meanwhile, on any goroutine. It takes as long as its user takes to sign in.
	// Nil: it is not offered.
	AddAccount func(ctx context.Context, name, like string, tell func(string)) error
	// Logs is the folder of the logs, nil if unknown.
	Logs *url.URL
	// Log gets what went wrong.
	Log *slog.Logger
	// Do runs a function on Fyne's goroutine, soon: fyne.Do, unless a test has
	// its own.
	Do func(func())
	// Closed, if not nil, is called on Fyne's goroutine when the window has
	// been closed.
	Closed func()
}

// Window shows homes' sign-ins. It lives from New until it is closed.
type Window struct {
	fyne.Window
	words      words.Words
	log        *slog.Logger
	open       func(*url.URL) error
	diagnose   func(context.Context) (string, error)
	logs       *url.URL
	addAccount func(ctx context.Context, name, like string, tell func(string)) error
	do         func(func())   // runs a function on Fyne's goroutine, soon, or not if closed
	work       sync.WaitGroup // all goroutines of this window

	// What follows belongs to Fyne's goroutine.
	content   *content
	homes     []*home
	chosen    int    // the home on show
	ended     bool   // the window is closed, and nothing more is shown
	aboutNote string // about the last click on its page
	dialog    func() // closes the dialog on show, nil when there is none
	fitDialog func() // gives it the room that its texts need
}

// New creates the window; the caller shows it. It must be called on Fyne's
// goroutine, or on the main one before the app runs. The window's goroutines
// end when it is closed or ctx is done.
func New(ctx context.Context, a fyne.App, o Options) *Window {
	ctx, cancel := context.WithCancel(ctx)
	a.Settings().SetTheme(newPalette())
	w := &Window{Window: a.NewWindow("Rekey"), words: o.Words, log: o.Log, open: o.Open, diagnose: o.Diagnostics, logs: o.Logs, addAccount: o.AddAccount}
	w.do = func(f func()) {
		o.Do(func() {
			if ctx.Err() == nil {
				f()
			}
		})
	}
	w.content = newContent(o.Words, w.actions(ctx))
	w.setIcon()
	w.SetPadded(false)
	w.SetContent(w.content.scroll)
	w.Resize(fyne.NewSize(480, 640))
	w.SetOnClosed(func() {
		w.ended = true
		cancel()
		if o.Closed != nil {
			o.Closed()
		}
	})
	for key, do := range w.shortcuts(ctx) {
		w.Canvas().AddShortcut(shortcut(key), func(fyne.Shortcut) { do() })
	}
	w.Canvas().SetOnTypedKey(func(k *fyne.KeyEvent) { w.key(k.Name) })
	a.Settings().AddListener(func(fyne.Settings) { w.render() }) // light and dark
	a.Lifecycle().SetOnEnteredForeground(w.render)               // timers stand still in sleep
	for _, from := range o.Homes {
		w.add(ctx, from)
	}
	w.render()
	return w
}

// Add shows more homes, after the others. It must be called on Fyne's goroutine,
// with a ctx that ends with the window. Showing a home takes a moment, so add all
// at once.
func (w *Window) Add(ctx context.Context, homes ...Home) {
	if w.ended || len(homes) == 0 {
		return
	}
	for _, from := range homes {
		w.add(ctx, from)
	}
	w.render()
}

// add follows one home more.
func (w *Window) add(ctx context.Context, from Home) {
	h := &home{}
	if from.First != nil {
		h.connected(from.First) // the first picture is a true one
	}
	w.homes = append(w.homes, h)
	w.work.Go(func() { w.follow(ctx, h, from) })
}

// iconSize is the window's icon's, in pixels. Fyne would draw an SVG far greater
// before it shows the window, and that takes longer than all of the content.
const iconSize = 64

// setIcon gives the window the program's icon.
func (w *Window) setIcon() {
	icon, err := assets.AppIcon(iconSize)
	if err != nil {
		w.log.Error("The window has no icon", "error", err)
		return
	}
	file, _ := iconfile.PNG(icon) // into memory
	w.SetIcon(fyne.NewStaticResource("rekey.png", file))
}

// Wait returns when the closed window's goroutines have ended.
func (w *Window) Wait() { w.work.Wait() }

// shortcut is a key together with Ctrl, or what stands for it.
func shortcut(key fyne.KeyName) *desktop.CustomShortcut {
	return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
}

// shortcuts are the keys that work together with Ctrl.
func (w *Window) shortcuts(ctx context.Context) map[fyne.KeyName]func() {
	return map[fyne.KeyName]func(){
		fyne.KeyW: w.Close,
		fyne.KeyQ: w.Close,
		fyne.KeyR: func() { w.clickRefresh(ctx) },
	}
}

// key handles the keys that no widget uses.
func (w *Window) key(name fyne.KeyName) {
	if name == fyne.KeyEscape && w.dialog != nil {
		w.dialog()
		return
	}
	w.content.key(name)
}

// home is the one on show.
func (w *Window) home() *home { return w.homes[w.chosen] }

// render updates the window.
func (w *Window) render() {
	if w.ended {
		return
	}
	h, now := w.home(), time.Now()
	s := shown{
		state: h.state, home: h.dir, chosen: w.chosen,
		note: h.note, preferencesNote: h.preferencesNote, saving: h.saving > 0,
		usage:    UsageOf(w.words, h.usage, h.state, h.history, now),
		usageOff: h.usage.Problem == usage.ProblemOff, alertsAt: h.usage.AlertsAt, aboutNote: w.aboutNote,
		loans: LoansOf(w.words, h.loans, now), canAdd: w.addAccount != nil, canQuit: w.quitter() != nil,
		activities: h.activities, activityProblem: h.problem, now: now,
	}
	for i, h := range w.homes {
		name := words.Line(h.dir)
		if name == "" {
			name = strconv.Itoa(i + 1)
		}
		s.homes = append(s.homes, name)
	}
	if h.session != nil {
		s.view, s.tone = ViewOf(w.words, h.state, now), toneOf(h.state)
	} else {
		s.view, s.tone, s.gone = goneView(w.words, h), toneWarning, true
	}
	w.content.show(s)
	w.dropFocus()
	// The state is in the content. The title names it only where the user should
	// look, for then it stands in the list of windows too.
	title := "Rekey"
	switch {
	case s.gone:
		title = s.view.Headline
	case s.tone != toneGood:
		title = w.words.Say("window.title", "State", s.view.Headline)
	}
	if w.Title() != title {
		w.SetTitle(title)
	}
}

// dropFocus removes the focus from a hidden widget, so that no key presses it.
func (w *Window) dropFocus() {
	if w.dialog != nil || w.Canvas().Overlays().Top() != nil {
		return // the focus is there
	}
	if o, ok := w.Canvas().Focused().(fyne.CanvasObject); ok && !w.content.shows(o) {
		w.Canvas().Unfocus()
	}
}

// goneView says that there is no agent.
func goneView(w words.Words, h *home) View {
	if !h.known {
		return View{Icon: auth.StatusWaiting, Headline: w.Say("window.not_running"), Detail: w.Say("window.gone_what")}
	}
	return View{
		Icon: auth.StatusWaiting, Account: w.Account(h.state),
		Headline: w.Say("window.gone"), Detail: w.Say("window.gone_what"),
	}
}
