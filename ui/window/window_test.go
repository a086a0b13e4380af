package window

import (
	"context"
	"errors"
	"image"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"rekey/auth"
	"rekey/ui/uitest"
	"rekey/ui/words"
)

// stage is a window under test. The test's goroutine stands for Fyne's: what
// the window wants done there waits in queue until the test does it.
type stage struct {
	t       *testing.T
	session *uitest.Session
	window  *Window
	again   chan *uitest.Session // agents that are started again
	queue   chan func()
	close   func() // closes the window and waits for its goroutines
}

// connection is a Session over the test's own.
type connection struct{ *uitest.Session }

// Home implements Session.
func (connection) Home() string { return "/home/ada/.codex" }

// Close implements Session.
func (connection) Close() error { return nil }

func open(t *testing.T, status auth.Status) *stage {
	t.Helper()
	st := &stage{
		t: t, session: uitest.NewSession(uitest.State(status, time.Now())), queue: make(chan func(), 64),
		again: make(chan *uitest.Session, 1),
	}
	st.window = New(t.Context(), test.NewTempApp(t), Options{
		Homes: []Home{{First: connection{st.session}, Dial: st.dial}},
		Words: words.English(),
		Log:   slog.New(slog.DiscardHandler),
		Do:    func(f func()) { st.queue <- f },
	})
	st.close = sync.OnceFunc(func() {
		st.window.Close()
		st.window.Wait()
	})
	t.Cleanup(st.close)
	return st
}

// dial finds no agent until the test starts one.
func (st *stage) dial(context.Context) (Session, error) {
	select {
	case s := <-st.again:
		return connection{s}, nil
	default:
		return nil, errors.New("no agent answers")
	}
}

// await does what the window wants done until text is on show.
func (st *stage) await(text string) {
	st.t.Helper()
	deadline := time.After(uitest.Patience)
	for !strings.Contains(st.text(), text) {
		select {
		case f := <-st.queue:
			f()
		case <-deadline:
			st.t.Fatalf("did not come: %q; the window shows\n%s", text, st.text())
		}
	}
}

// text is all that can be read in the window, a line each.
func (st *stage) text() string {
	var lines []string
	walk(st.window.content.scroll, func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *widget.Label:
			lines = append(lines, o.Text)
		case *widget.RichText:
			lines = append(lines, o.String())
		case *button:
			lines = append(lines, "["+o.Text+"]")
		case *check:
			lines = append(lines, map[bool]string{true: "(x) ", false: "( ) "}[o.Checked]+o.Text)
		case *choice:
			lines = append(lines, "<"+o.Selected+">")
		}
	})
	return strings.Join(lines, "\n")
}

// walk visits every visible object.
func walk(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if !o.Visible() {
		return
	}
	visit(o)
	switch o := o.(type) {
	case *fyne.Container:
		for _, child := range o.Objects {
			walk(child, visit)
		}
	case *container.Scroll:
		walk(o.Content, visit)
	}
}

// tap presses the visible button of that label.
func (st *stage) tap(label string) {
	st.t.Helper()
	var found *button
	walk(st.window.content.scroll, func(o fyne.CanvasObject) {
		if b, ok := o.(*button); ok && b.Text == label {
			found = b
		}
	})
	if found == nil {
		st.t.Fatalf("there is no button %q", label)
	}
	test.Tap(found)
}

func TestWindowFollowsTheState(t *testing.T) {
	st := open(t, auth.StatusHealthy)
	for _, want := range []string{"ada@example.com · Pro\nSigned in", "Renewal\nRenews", "[Refresh now]"} {
		if !strings.Contains(st.text(), want) {
			t.Errorf("a new window does not show %q but\n%s", want, st.text())
		}
	}
	st.session.Publish(uitest.State(auth.StatusSignInRequired, time.Now()))
	st.await("Sign in again: the refresh token was already used")
	if strings.Contains(st.text(), "[Refresh now]") {
		t.Error("a refused sign-in can be asked for again")
	}
	st.session.Publish(uitest.State(auth.StatusSignedOut, time.Now()))
	st.await("Not signed in")
	if strings.Contains(st.text(), "ada@example.com") || strings.Contains(st.text(), "Renewal") {
		t.Errorf("the window still shows the account:\n%s", st.text())
	}
}

func TestWindowActions(t *testing.T) {
	st := open(t, auth.StatusHealthy)
	st.tap("Refresh now")
	st.session.Expect(t, "Refresh")
	st.session.Publish(uitest.State(auth.StatusExpiring, time.Now()))
	st.await("[Sign in again…]")
	st.tap("Sign in again…")
	st.session.Expect(t, "SignIn")
	s := st.session.State()
	s.SigningIn = true
	st.session.Publish(s)
	st.await("[Cancel sign-in]")
	st.tap("Cancel sign-in")
	st.session.Expect(t, "CancelSignIn")
	st.session.Publish(uitest.State(auth.StatusWaiting, time.Now()))
	st.await("[Try now]")
	st.tap("Try now")
	st.session.Expect(t, "Refresh")
}

func TestWindowTellsFailure(t *testing.T) {
	st := open(t, auth.StatusHealthy)
	const note = "The renewal did not work: no route to host"
	st.session.Answer("Refresh", errors.New("no route\nto host"))
	st.tap("Refresh now")
	st.await(note)
	st.session.Answer("Refresh", nil)
	st.tap("Refresh now")
	if strings.Contains(st.text(), note) {
		t.Error("the failure is still told after another click")
	}
	st.session.Answer("Refresh", errors.New("no route\nto host"))
	st.tap("Refresh now")
	st.await(note)
	st.session.Publish(uitest.State(auth.StatusWaiting, time.Now()))
	st.await("[Try now]")
	if strings.Contains(st.text(), note) {
		t.Error("the failure is still told after the status has changed")
	}
}

// TestWindowOutlivesTheAgent: one sentence while there is none, then on with the
// next one.
func TestWindowOutlivesTheAgent(t *testing.T) {
	st := open(t, auth.StatusHealthy)
	st.session.End()
	st.await("Rekey has ended")
	if strings.Contains(st.text(), "[") {
		t.Errorf("there is still something to press:\n%s", st.text())
	}
	st.again <- uitest.NewSession(uitest.State(auth.StatusExpiring, time.Now()))
	st.await("[Sign in again…]")
}

// TestWindowEnds: nothing is shown and nothing runs once it is closed.
func TestWindowEnds(t *testing.T) {
	st := open(t, auth.StatusHealthy)
	st.close()
	before := st.text()
	st.session.Publish(uitest.State(auth.StatusSignedOut, time.Now()))
	st.window.render()
	for len(st.queue) > 0 {
		(<-st.queue)()
	}
	if got := st.text(); got != before {
		t.Errorf("a closed window changed to\n%s", got)
	}
}

func TestWindowIconFollowsTheme(t *testing.T) {
	st := open(t, auth.StatusHealthy)
	for variant, want := range map[fyne.ThemeVariant]string{
		theme.VariantLight: "healthy-light.svg", theme.VariantDark: "healthy-dark.svg",
	} {
		fyne.CurrentApp().Settings().SetTheme(forced{newPalette(), variant})
		uitest.Eventually(t, want, func() bool { return st.window.content.card.icon.Resource.Name() == want })
	}
}

// TestWindowIsDrawn: every State makes a picture of its own.
func TestWindowIsDrawn(t *testing.T) {
	var last image.Image
	for _, status := range auth.Statuses() {
		st := open(t, status)
		picture := st.window.Canvas().Capture()
		if last != nil && same(picture, last) {
			t.Errorf("%q looks like the State before it", status)
		}
		last = picture
	}
}

func same(a, b image.Image) bool {
	if a.Bounds() != b.Bounds() {
		return false
	}
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			if a.At(x, y) != b.At(x, y) {
				return false
			}
		}
	}
	return true
}
