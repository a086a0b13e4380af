package window

import (
	"errors"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit"
)

func TestSignInInTheBrowser(t *testing.T) {
	st := open(t, auth.StatusSignInRequired)
	st.publish(func(s *auth.State) {
		s.SigningIn = true
		s.SignIn = auth.SignInProgress{Method: auth.SignInBrowser}
	})
	st.await("One moment…")
	st.publish(func(s *auth.State) {
		s.SignIn = auth.SignInProgress{Method: auth.SignInBrowser, Page: "https://auth.example.com/login", Until: time.Now().Add(10 * time.Minute)}
	})
	st.await("Finish the sign-in in your browser")
	st.await("10 min left")
	if strings.Contains(st.text(), "Credential") || strings.Contains(st.text(), "[Copy code]") {
		t.Errorf("there is more than the sign-in:\n%s", st.text())
	}
	st.tap("Open the page again")
	if got := <-st.opened; got != "https://auth.example.com/login" {
		t.Errorf("%q was opened", got)
	}
	st.tap("Copy link")
	if got := st.app.Clipboard().Content(); got != "https://auth.example.com/login" {
		t.Errorf("%q was copied", got)
	}
	st.await("[Copied]")
	st.openErr <- errors.New("there is no browser here")
	st.tap("Open the page again")
	st.await("Could not open the page: there is no browser here")
	st.session.Publish(kit.State(auth.StatusHealthy, time.Now()))
	st.await("Signed in")
	if strings.Contains(st.text(), "browser") {
		t.Errorf("the sign-in is still shown:\n%s", st.text())
	}
}

func TestSignInWithACode(t *testing.T) {
	st := open(t, auth.StatusSignedOut)
	show := func(page string) {
		st.publish(func(s *auth.State) {
			s.SigningIn = true
			s.SignIn = auth.SignInProgress{Method: auth.SignInDevice, Page: page, UserCode: "ABCD-12345", Until: time.Now().Add(15 * time.Minute)}
		})
	}
	show("https://auth.example.com/device")
	for _, want := range []string{"ABCD-12345", "<https://auth.example.com/device>", "[Copy code]", "[Copy link]", "15 min left"} {
		st.await(want)
	}
	if !st.window.content.signIn.picture.Visible() {
		t.Error("there is no QR code")
	}
	st.tap("Copy code")
	if got := st.app.Clipboard().Content(); got != "ABCD-12345" {
		t.Errorf("%q was copied", got)
	}
	st.window.content.signIn.page.OnTapped()
	if got := <-st.opened; got != "https://auth.example.com/device" {
		t.Errorf("%q was opened", got)
	}

	// What is no page of the web is neither opened nor drawn.
	show("file:///etc/passwd")
	st.until("no page", func() bool { return !st.window.content.signIn.page.Visible() })
	if st.window.content.signIn.picture.Visible() || strings.Contains(st.text(), "[Copy link]") {
		t.Errorf("a file is offered as a page:\n%s", st.text())
	}
}

func TestSignInToAnotherAccount(t *testing.T) {
	for answer, label := range map[string]string{"AnswerSignIn true": "Replace it", "AnswerSignIn false": "Keep ada@example.com"} {
		st := open(t, auth.StatusHealthy)
		st.publish(func(s *auth.State) {
			s.SigningIn = true
			s.SignIn = auth.SignInProgress{Method: auth.SignInBrowser, Page: "https://auth.example.com/", Other: "grace@example.com"}
		})
		st.await("You signed in as grace@example.com. Replace ada@example.com?")
		if text := st.text(); strings.Count(text, "[") != 2 {
			t.Errorf("there are other buttons than the two answers:\n%s", text)
		}
		st.tap(label)
		st.session.Expect(t, answer)
	}
}

// TestSignInAnotherWay: the way that the button beside it takes is not among them.
func TestSignInAnotherWay(t *testing.T) {
	s := kit.State(auth.StatusSignedOut, time.Now())
	s.SignInMethod = auth.SignInCodex
	st := openState(t, s)
	st.tap("Sign in another way")
	press(st.window, "Return")
	st.session.Expect(t, "SignIn browser")
	st = open(t, auth.StatusSignedOut)
	st.tap("Sign in another way")
	press(st.window, "Down", "Return") // from the code to codex login
	st.session.Expect(t, "SignIn codex")
	st.session.Publish(kit.State(auth.StatusHealthy, time.Now()))
	st.await("Signed in")
	if strings.Contains(st.text(), "another way") {
		t.Error("who is signed in is asked to sign in")
	}
}
