package window

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/lending"
	"rekey/ui/words"
	"rekey/usage"
)

// connection is a Session over the test's own.
type connection struct {
	*lending.Session
	dir   string
	quits bool
}

// Home implements Session.
func (c connection) Home() string { return c.dir }

// CanQuit implements Connection.
func (c connection) CanQuit() bool { return c.quits }

// Quit implements Connection.
func (c connection) Quit(context.Context) error {
	c.Calls <- "Quit"
	return nil
}

// Close implements Session.
func (connection) Close() error { return nil }

// stage is a window under test. The test's goroutine stands for Fyne's: what
// the window wants done there waits in queue until the test does it.
type stage struct {
	t       *testing.T
	app     fyne.App
	session *kit.Session     // of the first home
	lent    *lending.Session // that session with its loans
	window  *Window
	again   chan *kit.Session // the first home's agents that are started again
	opened  chan string       // pages shown in the browser
	openErr chan error        // why the next one is not
	added   chan error        // how the adding of an account ends
	doctor  chan error        // how the finding out of diagnostics ends
	queue   chan func()
	close   func() // closes the window and waits for its goroutines
}

// open opens a window for a home in that status.
func open(t *testing.T, status auth.Status) *stage {
	t.Helper()
	return openState(t, kit.State(status, time.Now()))
}

// openState opens a window for a home in that State, and beside it others.
func openState(t *testing.T, s auth.State, others ...Home) *stage {
	t.Helper()
	st := &stage{
		t: t, app: test.NewTempApp(t), session: kit.NewSession(s), queue: make(chan func(), 64),
		again: make(chan *kit.Session, 1), opened: make(chan string, 4), openErr: make(chan error, 1), added: make(chan error, 1), doctor: make(chan error, 1),
	}
	st.lent = lending.Of(st.session)
	const dir = "/home/ada/.codex"
	first := Home{First: connection{st.lent, dir, true}, Dial: func(context.Context) (Connection, error) {
		select {
		case s := <-st.again:
			return connection{lending.Of(s), dir, false}, nil
		default:
			return nil, errors.New("no agent answers")
		}
	}}
	st.window = New(t.Context(), st.app, Options{
		Homes: append([]Home{first}, others...),
		Words: words.English(),
		Open: func(u *url.URL) error {
			st.opened <- u.String()
			select {
			case err := <-st.openErr:
				return err
			default:
				return nil
			}
		},
		AddAccount: func(ctx context.Context, name, like string, tell func(string)) error {
			st.session.Calls <- "AddAccount " + name + " " + like
			tell("The browser shows a page")
			select {
			case err := <-st.added:
				return err
			case <-ctx.Done():
				st.session.Calls <- "given up"
				return ctx.Err()
			}
		},
		Diagnostics: func(context.Context) (string, error) { return "Rekey 1.2.3 on linux", <-st.doctor },
		Logs:        &url.URL{Scheme: "file", Path: "/home/ada/.local/state/rekey"},
		Log:         slog.New(slog.DiscardHandler),
		Do:          func(f func()) { st.queue <- f },
	})
	st.close = sync.OnceFunc(func() {
		if !st.window.ended {
			st.window.Close()
		}
		st.window.Wait()
	})
	t.Cleanup(st.close)
	return st
}

// await does what the window wants done until text is on show.
func (st *stage) await(text string) {
	st.t.Helper()
	st.until(text, func() bool { return strings.Contains(st.text(), text) })
}

// until does what the window wants done until ok says yes.
func (st *stage) until(what string, ok func() bool) {
	st.t.Helper()
	deadline := time.After(kit.Patience)
	for !ok() {
		select {
		case f := <-st.queue:
			f()
		case <-deadline:
			st.t.Fatalf("did not come: %q; the window shows\n%s", what, st.text())
		}
	}
}

// publish changes the first home's State.
func (st *stage) publish(change func(*auth.State)) {
	s := st.session.State()
	change(&s)
	st.session.Publish(s)
}

// top is what has the user's attention: a dialog, or the window's content.
func (st *stage) top() fyne.CanvasObject {
	if over := st.window.Canvas().Overlays().Top(); over != nil {
		return over
	}
	return st.window.content.scroll
}

// text is all that can be read there, a line each.
func (st *stage) text() string {
	var lines []string
	for _, s := range look(st.top()) {
		switch o := s.object.(type) {
		case *widget.Label:
			lines = append(lines, o.Text)
		case *widget.RichText:
			if plain(s.inside) {
				lines = append(lines, o.String())
			}
		case *button:
			lines = append(lines, "["+o.Text+"]")
		case *link:
			lines = append(lines, "<"+o.Text+">")
		case *check:
			lines = append(lines, map[bool]string{true: "(x) ", false: "( ) "}[o.Checked]+o.Text)
		case *choice:
			lines = append(lines, "{"+o.Selected+"}")
		}
	}
	return strings.Join(lines, "\n")
}

// plain reports whether a text in this widget is told by no other one.
func plain(inside fyne.Widget) bool {
	switch inside.(type) {
	case *widget.Label, *button, *link, *check, *choice:
		return false
	}
	return true
}

// button is the visible button of that label.
func (st *stage) button(label string) *button {
	st.t.Helper()
	for _, s := range look(st.top()) {
		if b, ok := s.object.(*button); ok && b.Text == label {
			return b
		}
	}
	st.t.Fatalf("there is no button %q among\n%s", label, st.text())
	return nil
}

// tap presses the visible button of that label.
func (st *stage) tap(label string) {
	st.t.Helper()
	test.Tap(st.button(label))
}

// check is the visible check box of that label.
func (st *stage) check(label string) *check {
	st.t.Helper()
	for _, s := range look(st.top()) {
		if c, ok := s.object.(*check); ok && c.Text == label {
			return c
		}
	}
	st.t.Fatalf("there is no switch %q among\n%s", label, st.text())
	return nil
}

// LookAtUsage is nobody's click.
func (c connection) LookAtUsage(context.Context) (usage.Usage, error) { return c.Usage(), nil }
