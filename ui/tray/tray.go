package tray

import (
	"context"
	"errors"
	"sync"
	"time"

	"fyne.io/systray"

	"rekey/assets"
	"rekey/auth"
	"rekey/lend"
	"rekey/ui/words"
	"rekey/usage"
)

// Run shows the homes, at least one, in the panel until ctx is done. It returns
// ErrSessionEnded when a session ends, and a *NoBusError when there is no
// desktop bus (any more). It can be called only once per process, because
// fyne.io/systray has only one item; on Windows and macOS it must be called on
// the main goroutine. The icon returns after a restart of the panel.
func Run(ctx context.Context, homes []Home, opts Options) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	t := newTray(homes, opts)
	err := present(ctx, opts.Log, func() {
		t.build(ctx)
		t.work.Go(func() {
			words.FollowAll(ctx, t.subscribe(ctx), t.look, t.show)
			cancel(ErrSessionEnded) // unless ctx ended first
		})
	}, func() { t.openWorst(ctx) })
	cancel(nil) // present may have ended by itself
	t.work.Wait()
	if errors.Is(context.Cause(ctx), ErrSessionEnded) {
		return ErrSessionEnded
	}
	return err
}

// rowItems are the rows on the panel; each part has only its own.
type rowItems [rows]*systray.MenuItem

// tray is the adapter between MenuModel and fyne.io/systray.
type tray struct {
	opts  Options
	homes []*home
	icons assets.Renderer
	look  chan struct{}  // asks show for a new look
	work  sync.WaitGroup // all goroutines of this tray

	// items, shown and shownPanel belong to build and then to the one goroutine
	// that calls show.
	items      rowItems // the shared ones
	shown      MenuModel
	shownPanel assets.Panel // what the picture is for

	mu    sync.Mutex // guards what other goroutines share with show
	panel assets.Panel
	menu  openness
}

// home is one home's part of the tray.
type home struct {
	Home
	title *systray.MenuItem // its submenu's row, nil when there is none
	items rowItems

	// Guarded by tray.mu.
	state auth.State        // what was last shown
	main  words.Action      // what a click on RowAction means now
	note  note              // about the last click
	usage usage.Usage       // the newest
	loans []lend.Loan       // likewise
	rows  [mostLoans]string // the ids of the loans that have rows
}

func newTray(homes []Home, opts Options) *tray {
	t := &tray{opts: opts, look: make(chan struct{}, 1), panel: firstPanel(opts.Desktop)}
	for _, h := range homes {
		t.homes = append(t.homes, &home{Home: h})
	}
	return t
}

// states are the homes' newest States.
func (t *tray) states() []auth.State {
	var states []auth.State
	for _, h := range t.homes {
		states = append(states, h.Session.State())
	}
	return states
}

func (t *tray) subscribe(ctx context.Context) []<-chan auth.State {
	var all []<-chan auth.State
	for _, h := range t.homes {
		all = append(all, h.Session.Subscribe(ctx))
	}
	return all
}

// show shows the homes' States on the panel.
func (t *tray) show(states []auth.State, now time.Time) {
	first := t.homes[0]
	can := Abilities{
		OpenWindow: first.OpenWindow != nil, OpenFolder: first.OpenFolder != nil,
		Copy: t.opts.Copy != nil, Diagnostics: t.opts.CopyDiagnostics != nil, AddAccount: first.AddAccount != nil,
	}
	views := make([]View, len(t.homes))
	t.mu.Lock()
	leave := t.leaveMenu(states)
	for i, h := range t.homes {
		h.note.follow(t.opts.Words, h.state, states[i])
		h.state = states[i]
		views[i] = View{Name: h.Name, State: states[i], Usage: h.usage, Loans: h.loans, Note: h.note.text}
	}
	model := Menu(t.opts.Words, views, now, can)
	if leave {
		model.Homes, model.Rows = t.shown.Homes, t.shown.Rows
	}
	for i, h := range t.homes {
		h.main, h.rows = model.Homes[i].Main, model.Homes[i].Loans
	}
	panel := t.panel
	t.mu.Unlock()
	t.render(model, panel)
}

// followUsage follows a home's usage and updates the menu when the texts
// change.
func (t *tray) followUsage(ctx context.Context, h *home) {
	words.FollowUsage(ctx, h.Session.SubscribeUsage(ctx), func(u usage.Usage, _ time.Time) {
		t.mu.Lock()
		h.usage = u
		t.mu.Unlock()
		t.lookAgain()
	})
}

// followLoans takes in whom a home's sign-in is lent to.
func (t *tray) followLoans(ctx context.Context, h *home) {
	var known auth.Loans
	for st := range h.Session.Subscribe(ctx) {
		if st.Loans == known {
			continue
		}
		loans, err := h.Session.Loans(ctx)
		if err != nil {
			continue // the next State brings the next try
		}
		known = st.Loans
		t.mu.Lock()
		h.loans = loans
		t.mu.Unlock()
		t.lookAgain()
	}
}

// firstPanel is what is known of a desktop's panel without asking: GNOME's bar
// is always dark.
func firstPanel(desktop string) assets.Panel {
	if OnGNOME(desktop) {
		return assets.DarkPanel
	}
	return assets.UnknownPanel
}

// panelIs stores the colour of the panel.
func (t *tray) panelIs(dark bool) {
	t.mu.Lock()
	t.panel = assets.LightPanel
	if dark {
		t.panel = assets.DarkPanel
	}
	t.mu.Unlock()
	t.lookAgain()
}

// lookAgain makes show be called soon.
func (t *tray) lookAgain() {
	select {
	case t.look <- struct{}{}:
	default:
	}
}
