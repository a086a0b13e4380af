package tray

import (
	"context"
	"errors"
	"sync"
	"time"

	"rekey/assets"
	"rekey/auth"
	"rekey/lend"
	"rekey/ui/tray/item"
	"rekey/ui/words"
	"rekey/usage"
)

// Run shows the homes, at least one, in the panel until ctx is done. It returns
// ErrSessionEnded when a session ends, and a *NoBusError when there is no
// desktop bus (any more). On Windows and macOS it can be called only once per
// process, on the main goroutine. The icon returns after a restart of the panel.
func Run(ctx context.Context, homes []Home, opts Options) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	t := newTray(homes, opts)
	shown, err := item.Open(ctx, t.config(ctx))
	if err != nil {
		return &NoBusError{Err: err}
	}
	t.item = shown
	t.show(t.states(), time.Now())
	t.follow(ctx)
	t.work.Go(func() {
		words.FollowAll(ctx, t.subscribe(ctx), t.look, t.show)
		cancel(ErrSessionEnded) // unless ctx ended first
	})
	err = t.item.Run(ctx)
	cancel(nil) // the item may have ended by itself
	t.work.Wait()
	switch {
	case errors.Is(context.Cause(ctx), ErrSessionEnded):
		return ErrSessionEnded
	case err != nil:
		return &NoBusError{Err: err}
	}
	return nil
}

// Connect connects to the desktop, for a tray's Options. It returns nil and a
// *NoBusError, or ErrNoPanel beside the connection, which must be closed. address is
// the bus's, or "" for this session's. Connect starts nothing and returns when ctx is
// done.
func Connect(ctx context.Context, address string) (*item.Bus, error) {
	bus, err := item.Connect(ctx, address)
	if err != nil {
		return nil, &NoBusError{Err: err}
	}
	there, err := bus.PanelThere(ctx)
	switch {
	case err != nil:
		bus.Close()
		return nil, &NoBusError{Err: err}
	case !there:
		return bus, ErrNoPanel
	}
	return bus, nil
}

// Probe reports whether a tray can be shown: nil, or what Connect returns as an error.
func Probe(ctx context.Context, address string) error {
	bus, err := Connect(ctx, address)
	if bus != nil {
		bus.Close()
	}
	return err
}

// tray is the adapter between MenuModel and the item on the panel.
type tray struct {
	opts  Options
	homes []*home
	lines []line     // of the menu, by their numbers
	keys  [rows]rune // usualKeys
	item  *item.Item
	icons assets.Renderer
	look  chan struct{}  // asks show for a new look
	work  sync.WaitGroup // all goroutines of this tray

	mu    sync.Mutex // guards what other goroutines share with show
	panel assets.Panel
}

// home is one home's part of the tray.
type home struct {
	Home

	// Guarded by tray.mu.
	state auth.State        // what was last shown
	main  words.Action      // what a click on RowAction means now
	note  note              // about the last click
	usage usage.Usage       // the newest
	loans []lend.Loan       // likewise
	rows  [mostLoans]string // the ids of the loans that have rows
}

func newTray(homes []Home, opts Options) *tray {
	t := &tray{opts: opts, keys: usualKeys(opts.Words), look: make(chan struct{}, 1), panel: firstPanel(opts.Desktop)}
	for _, h := range homes {
		t.homes = append(t.homes, &home{Home: h})
	}
	return t
}

// follow keeps the tray true until ctx is done, but for the States.
func (t *tray) follow(ctx context.Context) {
	for _, h := range t.homes {
		t.work.Go(func() { t.followUsage(ctx, h) })
		t.work.Go(func() { t.followLoans(ctx, h) })
	}
	t.work.Go(func() { watchPanelColour(ctx, "", t.opts.Desktop, t.opts.DarkColours, t.panelIs) })
}

// opened is called when the menu is opened. Its texts are made true, because timers
// stand still while the machine sleeps.
func (t *tray) opened(ctx context.Context) {
	t.lookAgain()
	for _, h := range t.homes {
		t.work.Go(func() { _, _ = h.Session.LookAtUsage(ctx) }) // what stands in the way is in the Usage
	}
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
	for i, h := range t.homes {
		h.note.follow(t.opts.Words, h.state, states[i])
		h.state = states[i]
		views[i] = View{Name: h.Name, State: states[i], Usage: h.usage, Loans: h.loans, Note: h.note.text}
	}
	model := menu(t.opts.Words, t.keys, views, now, can)
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
