package window

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"rekey/auth"
	"rekey/lend"
)

// TestLoans: the borrowers are shown where there are any, as they are now, and what
// can be done about them is done.
func TestLoans(t *testing.T) {
	st := open(t, auth.StatusHealthy)
	if strings.Contains(st.text(), "Lent to other machines") {
		t.Errorf("there are loans in\n%s", st.text())
	}
	box := lend.Loan{ID: "1", Target: lend.Target{Name: "ssh:box"}, WorksUntil: time.Now().Add(time.Hour)}
	gone := lend.Loan{ID: "2", Target: lend.Target{Name: "docker:web"}, Ended: lend.OwnSignIn}
	st.lent.Lend(box)
	st.await("ssh:box\nWorks until ")
	st.tap("Push now")
	st.session.Expect(t, "PushLoan 1")
	pushed := st.button("Push now")

	box.Fault, box.Failures, box.FailingSince = &lend.Fault{Code: lend.Unreachable}, 1, time.Now()
	st.lent.Lend(box, gone)
	st.await("cannot be reached (since ")
	st.await("docker:web has a sign-in of its own")
	for _, name := range []string{"ssh:box", "docker:web"} {
		if n := strings.Count(st.text(), name); n != 1 {
			t.Errorf("%s is named %d times in\n%s", name, n, st.text())
		}
	}
	if st.button("Push now") != pushed {
		t.Error("a changed text has replaced the button, and taken its focus")
	}
	st.tap("Stop lending…")
	st.await("Stop lending to ssh:box?")
	st.tap("Cancel")
	st.await("[Stop lending…]")
	st.tap("Stop lending…")
	st.tap("Stop lending")
	st.session.Expect(t, "StopLoan 1")
	st.tap("Remove from this list")
	st.session.Expect(t, "StopLoan 2")

	st.lent.Lend()
	st.until("no loans", func() bool { return !strings.Contains(st.text(), "Lent to other machines") })
}

// TestAddAccount: a name is asked for, the sign-in goes on elsewhere, and giving up
// ends it.
func TestAddAccount(t *testing.T) {
	st := open(t, auth.StatusHealthy)
	ask := func(name string) {
		t.Helper()
		st.tap("Add an account…")
		st.await("Add another account")
		test.Type(st.window.Canvas().Focused(), name)
		st.tap("Sign in")
	}
	st.tap("Preferences")
	st.tap("Add an account…")
	st.await("~/.codex-NAME")
	st.tap("Sign in") // without a name nothing happens
	press(st.window, "Escape")
	st.await("[Add an account…]")
	ask("work")
	st.session.Expect(t, "AddAccount work ")
	st.await("The browser shows a page")
	st.added <- nil
	st.await("work is signed in. Use it with: rekey run work -- codex")
	st.tap("Close")

	st.tap("Add an account…")
	st.check("Copy settings, prompts and skills from this home").SetChecked(true)
	test.Type(st.window.Canvas().Focused(), "b")
	st.tap("Sign in")
	st.session.Expect(t, "AddAccount b /home/ada/.codex")
	st.added <- errors.New("it is not possible")
	st.await("Could not add the account: it is not possible")
	press(st.window, "Escape")

	ask("c")
	st.session.Expect(t, "AddAccount c ")
	press(st.window, "Escape")
	st.session.Expect(t, "given up")
}
