package window

import (
	"context"
	"errors"
	"sync"
	"time"

	"rekey/auth"
	"rekey/lend"
	"rekey/ui/words"
	"rekey/usage"
)

// Connection is one to a home's agent. Its subscription ends when the
// agent does.
type Connection interface {
	lend.Session
	// Home is the Codex home's directory.
	Home() string
	// CanQuit reports whether Quit can end the agent's program.
	CanQuit() bool
	// Quit ends it, as its menu does.
	Quit(ctx context.Context) error
	// Close ends the connection.
	Close() error
}

// Home is one of the homes that a window shows.
type Home struct {
	// Dial connects to its agent. It is called again after the agent has
	// exited, until there is a new one. ctx ends with the window.
	Dial func(ctx context.Context) (Connection, error)
	// First is the first connection, nil if there is none yet. The window
	// closes it.
	First Connection
}

// How long the window waits before it looks again for an agent that has gone.
const (
	firstWait = 200 * time.Millisecond
	maxWait   = 3 * time.Second
)

// home is what the window knows of a Home. It belongs to Fyne's goroutine.
type home struct {
	session Connection // nil while there is no agent
	dir     string     // "" until the first connection
	known   bool       // there has been a State
	state   auth.State

	note            string // about the last click, "" when it worked
	preferencesNote string // about the last change of a preference
	clicks          int    // how many there were
	changes         int    // of preferences
	saving          int    // changes under way

	usage   usage.Usage
	history []usage.Point // of the last days, the oldest first

	lent  auth.Loans // the State.Loans that the loans are for
	loans []lend.Loan

	asked      time.Time // the State.LastActivity that the activities are for
	activities []auth.Activity
	problem    error // why there are none
}

// connected stores a new connection.
func (h *home) connected(s Connection) {
	h.session, h.dir = s, s.Home()
	h.asked, h.lent, h.loans = time.Time{}, auth.Loans{}, nil // what happened meanwhile is asked for
	h.took(s.State())
}

// took stores a State.
func (h *home) took(s auth.State) {
	if s.Status != h.state.Status || s.SigningIn != h.state.SigningIn && s.SigningIn {
		h.note = ""
	}
	h.state, h.known = s, true
}

// follow passes every State and every change of the texts to Fyne's goroutine,
// over successive connections.
func (w *Window) follow(ctx context.Context, h *home, from Home) {
	session, wait := from.First, firstWait
	for ctx.Err() == nil {
		if session == nil {
			timer := time.NewTimer(wait)
			select {
			case <-ctx.Done():
				timer.Stop()
				return
			case <-timer.C:
			}
			wait = min(2*wait, maxWait)
			session, _ = from.Dial(ctx) // a failure is already shown: there is no agent
			continue
		}
		wait = firstWait
		w.run(ctx, h, session)
		_ = session.Close() // it has ended, or nobody looks any more
		session = nil
	}
}

// run shows one session until it ends.
func (w *Window) run(ctx context.Context, h *home, s Connection) {
	w.do(func() {
		h.connected(s)
		w.render()
	})
	measuring, stop := context.WithCancel(ctx)
	var measure sync.WaitGroup
	measure.Go(func() { w.measure(measuring, h, s) })
	defer measure.Wait()
	defer stop()
	words.Follow(ctx, s.Subscribe(ctx), nil, func(state auth.State, _ time.Time) {
		w.do(func() {
			h.took(state)
			w.ask(ctx, h)
			w.askLoans(ctx, h)
			w.render()
		})
	})
	w.do(func() {
		h.session, h.note, h.preferencesNote = nil, "", ""
		w.render()
	})
}

// lookEvery is how often usage is asked for while the window is open.
const lookEvery = time.Minute

// measure brings usage and every change of its texts onto Fyne's goroutine, and
// asks for it as long as the window is open.
func (w *Window) measure(ctx context.Context, h *home, s Connection) {
	ctx, cancel := context.WithCancel(ctx)
	var looking sync.WaitGroup
	defer looking.Wait()
	defer cancel()
	looking.Go(func() { w.keepLooking(ctx, s) })
	words.FollowUsage(ctx, s.SubscribeUsage(ctx), func(u usage.Usage, _ time.Time) {
		history, err := s.UsageHistory(ctx)
		if err != nil && ctx.Err() == nil {
			w.log.Warn("cannot read the usage history", "error", err)
		}
		w.do(func() {
			h.usage, h.history = u, history
			w.render()
		})
	})
}

// keepLooking asks for usage until ctx is done.
func (w *Window) keepLooking(ctx context.Context, s Connection) {
	looks := time.NewTicker(lookEvery)
	defer looks.Stop()
	for {
		w.work.Go(func() { _, _ = s.LookAtUsage(ctx) }) // an error is in the Usage
		select {
		case <-ctx.Done():
			return
		case <-looks.C:
			w.do(w.render) // the marks move, and a timer stops while the machine sleeps
		}
	}
}

// ask fetches what happened, if the State says that there is news.
func (w *Window) ask(ctx context.Context, h *home) {
	at, s := h.state.LastActivity, h.session
	if at.Equal(h.asked) || s == nil {
		return
	}
	h.asked = at
	w.work.Go(func() {
		list, err := s.Activity(ctx)
		w.do(func() {
			if !h.asked.Equal(at) || ctx.Err() != nil {
				return // newer ones are on their way
			}
			if h.problem = err; err == nil {
				h.activities = list
			} else if !errors.Is(err, context.Canceled) {
				w.log.Warn("cannot read the activity", "error", err)
			}
			w.render()
		})
	})
}
