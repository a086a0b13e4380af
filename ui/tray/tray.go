package tray

import (
	"context"
	"errors"
	"sync"
	"time"

	"fyne.io/systray"

	"rekey/assets"
	"rekey/auth"
	"rekey/ui"
	"rekey/ui/words"
)

// Run shows s in the panel until ctx ends. It ends earlier with ErrSessionEnded
// when the session does, and with a *NoBusError when there is no desktop bus or
// none any more. It can be called once in a process, for fyne.io/systray is one
// item for ever; on Windows and macOS it must be called on the main goroutine.
// A panel may come, go and come back: the icon follows.
func Run(ctx context.Context, s ui.Session, opts Options) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	t := &tray{session: s, opts: opts, look: make(chan struct{}, 1), dark: opts.DarkPanel}
	err := present(ctx, func() {
		t.build(ctx)
		t.work.Go(func() {
			words.Follow(ctx, s.Subscribe(ctx), t.look, t.show)
			cancel(ErrSessionEnded) // unless ctx ended first
		})
	})
	cancel(nil) // present may have ended by itself
	t.work.Wait()
	if errors.Is(context.Cause(ctx), ErrSessionEnded) {
		return ErrSessionEnded
	}
	return err
}

// tray is the adapter between MenuModel and fyne.io/systray.
type tray struct {
	session ui.Session
	opts    Options
	icons   assets.Renderer
	look    chan struct{}  // asks show for a new look
	work    sync.WaitGroup // all goroutines of this tray

	// items, shown and shownDark belong to build and then to the one goroutine
	// that calls show.
	items     [rows]*systray.MenuItem
	shown     MenuModel
	shownDark bool // the picture is that for a dark panel

	mu     sync.Mutex   // guards what other goroutines share with show
	dark   bool         // the panel is dark
	state  auth.State   // what was last shown
	main   words.Action // what a click on RowAction means now
	clicks int          // how many there were
	note   string       // about the last one, "" when it worked
}

// build makes every row once; from then on rows are changed in place and
// hidden, never removed: panels close an open menu whose structure changes.
func (t *tray) build(ctx context.Context) {
	for id := range rows {
		switch id {
		case RowAction, RowQuit:
			systray.AddSeparator()
		}
		var item *systray.MenuItem
		if id == RowKeepFresh {
			item = systray.AddMenuItemCheckbox("", "", false)
		} else {
			item = systray.AddMenuItem("", "")
		}
		item.Disable()
		item.Hide()
		t.items[id] = item
		t.work.Go(func() { t.listen(ctx, id, item.ClickedCh) })
	}
	t.work.Go(func() { t.watchOpening(ctx) })
	t.work.Go(func() { watchPanelColour(ctx, "", t.opts.Desktop, t.panelIs) })
	t.show(t.session.State(), time.Now())
}

// listen turns the clicks on one row into actions until ctx ends. A closed
// channel is no click.
func (t *tray) listen(ctx context.Context, id RowID, clicks <-chan struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case _, ok := <-clicks:
			if !ok {
				return
			}
			t.click(ctx, id)
		}
	}
}

// watchOpening asks for true words whenever the menu is opened.
func (t *tray) watchOpening(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-systray.TrayOpenedCh:
			t.lookAgain()
		}
	}
}

// panelIs takes in what colour the panel has.
func (t *tray) panelIs(dark bool) {
	t.mu.Lock()
	t.dark = dark
	t.mu.Unlock()
	t.lookAgain()
}

// lookAgain has show called soon, if it is not asked for already.
func (t *tray) lookAgain() {
	select {
	case t.look <- struct{}{}:
	default:
	}
}
