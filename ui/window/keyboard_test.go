package window

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/ui/words"
)

// press types keys into a window, as Fyne's drivers pass them on: "Tab" and
// "Shift+Tab" move the focus.
func press(w fyne.Window, keys ...string) {
	for _, key := range keys {
		focused := w.Canvas().Focused()
		switch {
		case key == "Tab":
			w.Canvas().FocusNext()
		case key == "Shift+Tab":
			w.Canvas().FocusPrevious()
		case focused == nil:
			w.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyName(key)})
		default:
			focused.TypedKey(&fyne.KeyEvent{Name: fyne.KeyName(key)})
			if key == "Space" {
				focused.TypedRune(' ')
			}
		}
	}
}

// reached is what Tab comes to, in its order, once around.
func reached(w fyne.Window) (list []string) {
	seen := make(map[fyne.CanvasObject]bool)
	for {
		press(w, "Tab")
		o, ok := w.Canvas().Focused().(fyne.CanvasObject)
		if !ok {
			return append(list, "nothing")
		}
		if seen[o] {
			return list
		}
		seen[o] = true
		list = append(list, label(o))
	}
}

// TestKeyboardReaches: everything that the mouse can press, Tab comes to, in the
// order of reading, and it can be seen that it has.
func TestKeyboardReaches(t *testing.T) {
	newApp(t)
	for _, s := range scenes() {
		window, c := set(t, s, words.English(), usual)
		var want []string
		for _, drawn := range look(c.scroll) {
			switch o := drawn.object.(type) {
			case *button, *check, *choice, *link, *userCode:
				want = append(want, label(o))
			}
		}
		if len(want) == 0 {
			continue
		}
		got := reached(window)
		if !slices.Equal(got, want) {
			t.Errorf("%s: Tab comes to %q, want %q", s.name, got, want)
		}
	}
}

// TestKeyboardShowsTheFocus: what has the focus can be seen, scrolled to where
// it is, and looks different.
func TestKeyboardShowsTheFocus(t *testing.T) {
	app := newApp(t)
	small := fyne.NewSize(480, 260)
	window, c := set(t, scenes()[len(scenes())-3], words.English(), small) // the preferences
	for range reached(window) {
		press(window, "Tab")
		o := window.Canvas().Focused().(fyne.CanvasObject)
		at := app.Driver().AbsolutePositionForObject(o)
		if at.Y < 0 || at.Y+o.Size().Height > small.Height {
			t.Errorf("%s has the focus at %v, outside the window", label(o), at)
		}
		with := window.Canvas().Capture()
		window.Canvas().Unfocus()
		if same(with, window.Canvas().Capture()) {
			t.Errorf("it cannot be seen that %s has the focus", label(o))
		}
		window.Canvas().Focus(o.(fyne.Focusable))
	}
	if c.scroll.Offset.Y == 0 {
		t.Error("there was nothing to scroll to")
	}
}

func TestKeyboardWorks(t *testing.T) {
	st := open(t, auth.StatusExpiring)
	press(st.window, "Tab", "Return")
	st.session.Expect(t, "SignIn")
	press(st.window, "Space")
	st.session.Expect(t, "SignIn")
	press(st.window, "Tab", "Return") // another way
	press(st.window, "Down", "Return")
	st.session.Expect(t, "SignIn codex")

	press(st.window, "Tab", "Tab", "Return") // past the activity to the preferences
	st.await("Keep my sign-in fresh")
	press(st.window, "Tab", "Tab", "Space") // past the page about Rekey
	st.session.Expect(t, `SetPreferences {"keepFresh":false}`)
	press(st.window, "Return")
	st.session.Expect(t, `SetPreferences {"keepFresh":true}`)

	st.session.Publish(kit.State(auth.StatusHealthy, time.Now()))
	st.await("Signed in")
	// Fyne's test driver has no shortcuts; the real window is tested beside the
	// real agent.
	st.window.shortcuts(t.Context())[fyne.KeyR]()
	st.session.Expect(t, "Refresh")
	for _, key := range []fyne.KeyName{fyne.KeyW, fyne.KeyQ} {
		closing := open(t, auth.StatusHealthy)
		closing.window.shortcuts(t.Context())[key]()
		if !closing.window.ended {
			t.Errorf("Ctrl+%s does not close the window", key)
		}
	}
}

// TestKeyboardCopiesTheCode: it is selected as a whole, and the window's own
// shortcuts go on working.
func TestKeyboardCopiesTheCode(t *testing.T) {
	st := open(t, auth.StatusSignedOut)
	st.publish(func(s *auth.State) {
		s.SigningIn = true
		s.SignIn = auth.SignInProgress{Method: auth.SignInDevice, Page: "https://auth.example.com/device", UserCode: "ABCD-12345"}
	})
	st.await("[Copy code]")
	code := st.window.content.signIn.code
	test.Tap(code)
	if st.window.Canvas().Focused() != fyne.Focusable(code) || !code.under.Visible() {
		t.Error("a click does not select it")
	}
	code.TypedShortcut(&fyne.ShortcutCopy{})
	if got := st.app.Clipboard().Content(); got != "ABCD-12345" {
		t.Errorf("%q was copied", got)
	}
	code.TypedShortcut(shortcut(fyne.KeyW))
	if !st.window.ended {
		t.Error("Ctrl+W does not close the window while the code has the focus")
	}
}

// TestKeyboardPressesNothingHidden: what has gone cannot be pressed any more.
func TestKeyboardPressesNothingHidden(t *testing.T) {
	st := open(t, auth.StatusExpiring)
	press(st.window, "Tab", "Tab") // on "Sign in another way"
	st.session.Publish(kit.State(auth.StatusHealthy, time.Now()))
	st.await("Signed in")
	if o := st.window.Canvas().Focused(); o != nil {
		t.Errorf("%s has gone and still has the focus", label(o.(fyne.CanvasObject)))
	}
	press(st.window, "Tab", "Return")
	st.session.Expect(t, "Refresh")
}

// TestKeyboardScrolls: a small window shows all, by the keys alone.
func TestKeyboardScrolls(t *testing.T) {
	newApp(t)
	_, c := set(t, scenes()[3], words.English(), fyne.NewSize(480, 200))
	bottom := c.scroll.Content.Size().Height - c.scroll.Size().Height
	if bottom <= 0 {
		t.Fatal("there is nothing to scroll")
	}
	for _, step := range []struct {
		key  fyne.KeyName
		want float32
	}{
		{fyne.KeyDown, 40}, {fyne.KeyPageDown, 240}, {fyne.KeyEnd, bottom}, {fyne.KeyDown, bottom},
		{fyne.KeyPageUp, bottom - 200}, {fyne.KeyHome, 0}, {fyne.KeyUp, 0},
	} {
		c.key(step.key)
		if got := c.scroll.Offset.Y; got != step.want {
			t.Errorf("after %s it stands at %v, want %v", step.key, got, step.want)
		}
	}
}

// TestNarrowWindowScrolls: what is too narrow scrolls, and cuts nothing off.
func TestNarrowWindowScrolls(t *testing.T) {
	newApp(t)
	for _, width := range []float32{120, 260, 340} {
		for _, s := range scenes() {
			_, c := set(t, s.of(people()[1]), words.English(), fyne.NewSize(width, 300))
			need := c.scroll.Content.MinSize()
			if has := c.scroll.Content.Size(); has.Width < need.Width || has.Height < need.Height {
				t.Errorf("%s, %v wide: it needs %v and has %v", s.name, width, need, has)
			}
			for _, drawn := range look(c.scroll.Content) {
				if w, ok := drawn.object.(fyne.Widget); ok && w.MinSize().Height > w.Size().Height+0.5 {
					t.Errorf("%s, %v wide: %s needs %v and has %v", s.name, width, label(w), w.MinSize(), w.Size())
				}
			}
		}
	}
}
