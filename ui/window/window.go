package window

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"rekey/assets"
	"rekey/auth"
	"rekey/ui"
	"rekey/ui/words"
)

// Window shows a Session. It lives from New until it is closed.
type Window struct {
	fyne.Window
	session ui.Session
	words   words.Words
	log     *slog.Logger
	do      func(func())   // runs a function on Fyne's goroutine, soon
	work    sync.WaitGroup // all goroutines of this window

	// What follows belongs to Fyne's goroutine.
	content *content
	state   auth.State // what is on show
	note    string     // about the last click, "" when it worked
	clicks  int        // how many there were
	ended   bool       // nothing more is shown: closed, or the session ended
}

// New makes the window for s, in the language of speech; the caller shows it. It must be called on Fyne's
// goroutine, or on the main one before the app runs. The window's goroutines
// end when it is closed or ctx ends.
func New(ctx context.Context, a fyne.App, s ui.Session, speech words.Words, log *slog.Logger) *Window {
	return newWindow(ctx, a, s, speech, log, fyne.Do)
}

func newWindow(ctx context.Context, a fyne.App, s ui.Session, speech words.Words, log *slog.Logger, do func(func())) *Window {
	ctx, cancel := context.WithCancel(ctx)
	w := &Window{Window: a.NewWindow("Rekey"), session: s, words: speech, log: log}
	w.do = func(f func()) {
		do(func() {
			if ctx.Err() == nil {
				f()
			}
		})
	}
	w.content = newContent(speech, func() { w.clickMain(ctx) }, func() { w.clickRefresh(ctx) })
	w.SetIcon(fyne.NewStaticResource("rekey.svg", assets.AppSVG()))
	w.SetContent(w.content.root)
	w.Resize(fyne.NewSize(480, 400))
	w.SetOnClosed(func() {
		w.ended = true
		cancel()
	})
	a.Settings().AddListener(func(fyne.Settings) { w.render() }) // light and dark
	a.Lifecycle().SetOnEnteredForeground(w.render)               // timers stand still in sleep
	w.show(s.State(), time.Now())
	w.work.Go(func() { w.follow(ctx) })
	return w
}

// Wait returns when the closed window's goroutines have ended.
func (w *Window) Wait() { w.work.Wait() }

// follow brings every State and every change of words onto Fyne's goroutine.
func (w *Window) follow(ctx context.Context) {
	words.Follow(ctx, w.session.Subscribe(ctx), nil, func(s auth.State, now time.Time) {
		w.do(func() { w.show(s, now) })
	})
	w.do(w.end)
}

// show makes s the State on show.
func (w *Window) show(s auth.State, now time.Time) {
	if s.Status != w.state.Status {
		w.note = ""
	}
	w.state = s
	w.content.show(ViewOf(w.words, s, now), w.note)
}

// render shows again what is on show.
func (w *Window) render() {
	if !w.ended {
		w.show(w.state, time.Now())
	}
}

// end says that the session has ended.
func (w *Window) end() {
	w.ended = true
	w.content.show(View{
		Icon:     w.state.Status,
		Headline: w.words.Say("window.ended"),
		Detail:   w.words.Say("window.start_again"),
	}, "")
}
