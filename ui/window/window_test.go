package window

import (
	"context"
	"errors"
	"image"
	"slices"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/version"
	"rekey/test/kit"
	"rekey/test/kit/lending"
)

func TestWindowFollowsTheState(t *testing.T) {
	st := open(t, auth.StatusHealthy)
	for _, want := range []string{"ada@example.com · Pro\nSigned in", "Refresh\nRefreshes", "[Refresh now]"} {
		if !strings.Contains(st.text(), want) {
			t.Errorf("a new window does not show %q but\n%s", want, st.text())
		}
	}
	if got := st.window.Title(); got != "Rekey" {
		t.Errorf("its title is %q", got)
	}
	st.session.Publish(kit.State(auth.StatusSignInRequired, time.Now()))
	st.await("Sign in again: the refresh token was already used")
	if strings.Contains(st.text(), "[Refresh now]") {
		t.Error("a refused sign-in can be asked for again")
	}
	st.session.Publish(kit.State(auth.StatusSignedOut, time.Now()))
	st.await("Not signed in")
	if strings.Contains(st.text(), "ada@example.com") || strings.Contains(st.text(), "Refresh") {
		t.Errorf("the window still shows the account:\n%s", st.text())
	}
	if got := st.window.Title(); got != "Rekey: Not signed in" {
		t.Errorf("its title is %q", got)
	}
}

func TestWindowActions(t *testing.T) {
	st := open(t, auth.StatusHealthy)
	st.tap("Refresh now")
	st.session.Expect(t, "Refresh")
	st.session.Publish(kit.State(auth.StatusExpiring, time.Now()))
	st.await("[Sign in again…]")
	st.tap("Sign in again…")
	st.session.Expect(t, "SignIn")
	st.publish(func(s *auth.State) { s.SigningIn = true })
	st.await("[Cancel sign-in]")
	st.tap("Cancel sign-in")
	st.session.Expect(t, "CancelSignIn")
	st.session.Publish(kit.State(auth.StatusWaiting, time.Now()))
	st.await("[Try now]")
	st.tap("Try now")
	st.session.Expect(t, "Refresh")
}

func TestWindowMendsWhatCannotBeRead(t *testing.T) {
	st := open(t, auth.StatusUnreadable)
	st.tap("Open folder")
	if got := <-st.opened; got != "file:///home/ada/.codex" {
		t.Errorf("%q was opened", got)
	}
	st.publish(func(s *auth.State) { s.Locked, s.Problem = true, "cannot read the keyring: it is locked" })
	st.await("The keyring is locked")
	st.tap("Unlock the keyring…")
	st.session.Expect(t, "Unlock")
}

func TestWindowTellsFailure(t *testing.T) {
	st := open(t, auth.StatusHealthy)
	const note = "Could not refresh: no route to host"
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
	st.session.Publish(kit.State(auth.StatusWaiting, time.Now()))
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
	st.await("Rekey is no longer running")
	if strings.Contains(st.text(), "[") {
		t.Errorf("there is still something to press:\n%s", st.text())
	}
	next := kit.NewSession(kit.State(auth.StatusExpiring, time.Now()))
	next.Happened(auth.Activity{At: time.Now(), Kind: auth.ActivitySignedOut, Count: 1})
	st.again <- next
	st.await("[Sign in again…]")
	st.tap("Sign in again…")
	next.Expect(t, "SignIn")
}

// TestWindowEnds: nothing is shown and nothing runs once it is closed.
func TestWindowEnds(t *testing.T) {
	st := open(t, auth.StatusHealthy)
	st.close()
	before := st.text()
	st.session.Publish(kit.State(auth.StatusSignedOut, time.Now()))
	st.window.render()
	for len(st.queue) > 0 {
		(<-st.queue)()
	}
	if got := st.text(); got != before {
		t.Errorf("a closed window changed to\n%s", got)
	}
}

// TestWindowShowsSeveralHomes: one at a time, and each gets its own clicks.
func TestWindowShowsSeveralHomes(t *testing.T) {
	work := kit.NewSession(kit.State(auth.StatusExpiring, time.Now()))
	never := Home{Dial: func(ctx context.Context) (Connection, error) { return nil, errors.New("no agent answers") }}
	st := openState(t, kit.State(auth.StatusHealthy, time.Now()),
		Home{First: connection{lending.Of(work), "/home/ada/work/.codex", false}, Dial: never.Dial}, never)
	if text := st.text(); !strings.HasPrefix(text, "{/home/ada/.codex}\n") || !strings.Contains(text, "Signed in") {
		t.Errorf("at first it shows\n%s", text)
	}
	st.window.content.homes.SetSelectedIndex(1)
	st.await("[Sign in again…]")
	st.tap("Sign in again…")
	work.Expect(t, "SignIn")
	st.window.content.homes.SetSelectedIndex(2)
	st.await("Rekey is not running for this home")
	st.window.content.homes.SetSelectedIndex(0)
	st.tap("Refresh now")
	st.session.Expect(t, "Refresh")

	alone := open(t, auth.StatusHealthy)
	if strings.Contains(alone.text(), "{/home") {
		t.Error("one home alone is to be chosen")
	}
	alone.window.Add(t.Context(), never, Home{First: connection{lending.Of(work), "/home/grace/.codex", false}, Dial: never.Dial})
	if got := alone.window.content.homes.Options; !slices.Equal(got, []string{"/home/ada/.codex", "2", "/home/grace/.codex"}) {
		t.Errorf("with those that came later the homes are %q", got)
	}
}

func TestWindowIconFollowsTheme(t *testing.T) {
	st := open(t, auth.StatusHealthy)
	for variant, want := range map[string]string{"light": "healthy-light.svg", "dark": "healthy-dark.svg"} {
		st.app.Settings().SetTheme(forced{newPalette(), variants()[variant]})
		st.until(want, func() bool { return st.window.content.card.icon.Resource.Name() == want })
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

// TestAbout: version and licence, the diagnostics in the clipboard or why they are
// not, and the folder of the logs.
func TestAbout(t *testing.T) {
	st := open(t, auth.StatusHealthy)
	st.tap("About")
	for _, want := range []string{"Version\n" + version.Current().Number, "Licence\nMIT"} {
		if !strings.Contains(st.text(), want) {
			t.Errorf("it does not show %q but\n%s", want, st.text())
		}
	}
	st.doctor <- errors.New("rekey is not there")
	st.tap("Copy diagnostics")
	st.await("rekey is not there")
	st.doctor <- nil
	st.tap("Copy diagnostics")
	st.await("The diagnostics are in the clipboard")
	if got := st.app.Clipboard().Content(); got != "Rekey 1.2.3 on linux" {
		t.Errorf("the clipboard holds %q", got)
	}
	st.tap("Show log")
	if got := <-st.opened; got != "file:///home/ada/.local/state/rekey" {
		t.Errorf("it opens %s", got)
	}
}

// TestQuit: it ends the program where that has a tray, and the window with it. One
// that runs as a service is not offered.
func TestQuit(t *testing.T) {
	st := open(t, auth.StatusHealthy)
	st.tap("About")
	next := kit.NewSession(kit.State(auth.StatusHealthy, time.Now()))
	st.session.End()
	st.again <- next // one without a tray
	st.until("the next agent", func() bool { return st.window.home().session != nil && !st.window.home().session.CanQuit() })
	if strings.Contains(st.text(), "[Quit Rekey]") {
		t.Errorf("a service can be quit in\n%s", st.text())
	}
	st.close()

	st = open(t, auth.StatusHealthy)
	st.tap("About")
	st.tap("Quit Rekey")
	st.session.Expect(t, "Quit")
	st.until("the window's end", func() bool { return st.window.ended })
}
