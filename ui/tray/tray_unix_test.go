//go:build linux || freebsd || openbsd || netbsd

package tray_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"rekey/auth"
	"rekey/lend"
	"rekey/test/kit"
	"rekey/test/kit/lending"
	"rekey/test/kit/must"
	"rekey/ui/tray"
	"rekey/ui/words"
	"rekey/usage"
)

// TestTray is the life of one tray from a start without a panel to its end. It is in a
// process of its own, because the session's bus is a variable of the process.
func TestTray(t *testing.T) {
	if !kit.Alone(t) {
		return
	}
	address := kit.Bus(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
	session := kit.NewSession(kit.State(auth.StatusSignedOut, time.Now()))
	opened, quit, copied := make(chan struct{}, 1), make(chan struct{}, 1), make(chan string, 1)
	opts := tray.Options{
		Words:           words.English(),
		Copy:            func(_ context.Context, text string) error { copied <- text; return nil },
		CopyDiagnostics: func(context.Context) (string, error) { return "Diagnostics are in a file", nil },
		Quit:            func() { quit <- struct{}{} },
		Desktop:         "KDE",
		Log:             slog.New(slog.DiscardHandler),
	}
	ended := make(chan error, 1)
	lent := lending.Of(session)
	home := tray.Home{Session: lent, OpenWindow: func(context.Context) error { opened <- struct{}{}; return nil }}
	go func() { ended <- tray.Run(t.Context(), []tray.Home{home}, opts) }()

	p := newPanel(t, address)
	kit.Own(t, p.conn, "org.freedesktop.portal.Desktop") // which at first knows no colour
	p.open()
	step := func(name string, f func(t *testing.T)) {
		t.Run(name, func(t *testing.T) { p.t = t; f(t) })
	}

	step("complete from the start", func(t *testing.T) {
		var id, tip string
		p.property("Id", &id)
		if tip = p.tooltip(); id != "Rekey" || tip != "Rekey: Not signed in" {
			t.Errorf("the item is %q with the tooltip %q", id, tip)
		}
		want := tray.Menu(words.English(), []tray.View{{State: session.State()}}, time.Now(), tray.Abilities{OpenWindow: true, Copy: true, Diagnostics: true})
		if got := p.labels(); got != strings.Join(labels(want), "\n") {
			t.Errorf("the menu is\n%s\nwant\n%s", got, strings.Join(labels(want), "\n"))
		}
		_ = p.picture()
		if ids := p.layout(); !slices.IsSorted(ids) || len(ids) != len(want.Rows)-4-6*3-1+3 {
			t.Errorf("the layout is %v, want %d rows, but for 4 in submenus, and three lines in order", ids, len(want.Rows))
		}
	})

	step("main action", func(t *testing.T) {
		p.click("Sign in…")
		session.Expect(t, "SignIn")
		p.click("Open Rekey…")
		<-opened
		p.click("Keep my sign-in fresh")
		session.Expect(t, `SetPreferences {"keepFresh":false}`)
	})

	step("borrowers", func(t *testing.T) {
		loan := func(name string) lend.Loan {
			return lend.Loan{ID: "id of " + name, Target: lend.Target{Name: name}, WorksUntil: time.Now().Add(time.Hour)}
		}
		lent.Lend(loan("ssh:box"), loan("docker:web"))
		p.await("Lent to other machines")
		p.clickBelow("docker:web: works until ", "Push now")
		session.Expect(t, "PushLoan id of docker:web")
		lent.Lend(loan("docker:web"))
		p.gone("ssh:box")
		kit.Eventually(t, "one borrower", func() bool { return strings.Count(p.labels(), "works until ") == 1 })
		p.clickBelow("docker:web: works until ", "Stop lending")
		session.Expect(t, "StopLoan id of docker:web")
		lent.Lend()
		p.gone("Lent to other machines")
	})

	step("in place", func(t *testing.T) {
		action, picture := p.await("Sign in…"), p.picture()
		s := kit.State(auth.StatusExpiring, time.Now())
		s.Email = "a_da@example.com"
		session.Publish(s)
		p.await("a_da@example.com · Pro")
		if again := p.await("Sign in again…"); again.id != action.id {
			t.Errorf("the main action's row was replaced: id %d, was %d", again.id, action.id)
		}
		if p.picture() == picture {
			t.Error("the icon did not change")
		}
		if tip := p.tooltip(); !strings.HasPrefix(tip, "Rekey: Works until ") {
			t.Errorf("the tooltip is %q", tip)
		}
	})

	step("only real changes", func(t *testing.T) {
		s := session.State()
		p.settle(session)
		p.count()
		session.Publish(s) // the same again
		s.Refused = auth.ReasonExpired
		session.Publish(s)
		p.await("Cannot be refreshed: the refresh token has expired")
		got := p.count()
		if got[itemIface+".NewIcon"] != 0 || got[itemIface+".NewToolTip"] != 0 ||
			got[menuIface+".ItemsPropertiesUpdated"] != 1 || got[menuIface+".LayoutUpdated"] != 0 {
			t.Errorf("one changed row made these signals: %v", got)
		}
	})

	step("usage", func(t *testing.T) {
		used := 18.0
		session.PublishUsage(usage.Usage{Windows: []usage.Window{{Limit: usage.MainLimit, Minutes: 300, UsedPercent: &used}}})
		p.await("5 h  ▰▰▱▱▱▱▱▱▱▱ 18%")
		must.Do(t, p.menu("Event", int32(0), "opened", dbus.MakeVariant(int32(0)), uint32(0)).Err)
		session.Expect(t, "LookAtUsage")
		session.PublishUsage(usage.Usage{})
		p.gone("5 h  ▰▰▱▱▱▱▱▱▱▱ 18%")
	})

	step("panel turns light", func(t *testing.T) {
		picture := p.picture()
		kit.Eventually(t, "another picture", func() bool { // once it listens
			const path, name = "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Settings.SettingChanged"
			must.Do(t, p.conn.Emit(path, name, "org.freedesktop.appearance", "color-scheme", dbus.MakeVariant(uint32(2))))
			return p.picture() != picture
		})
	})

	step("bar without menus", func(t *testing.T) {
		var menu bool
		if p.property("ItemIsMenu", &menu); !menu {
			t.Error("the item does not say that it is a menu, so a left click no longer opens it")
		}
		for _, click := range []string{"Activate", "SecondaryActivate", "ContextMenu"} {
			if err := p.conn.Object(p.item, itemPath).Call(itemIface+"."+click, 0, int32(1), int32(2)).Err; err != nil {
				t.Fatalf("%s: %v", click, err)
			}
			<-opened
		}
	})

	step("panel restarts", func(t *testing.T) {
		p.close()
		p.open()
	})

	step("failure is told and forgotten", func(t *testing.T) {
		session.Publish(kit.State(auth.StatusHealthy, time.Now()))
		session.Answer("Refresh", errors.New("no route to host"))
		p.click("Refresh now")
		session.Expect(t, "Refresh")
		const note = "Could not refresh: no route to host"
		p.await(note)
		session.Publish(kit.State(auth.StatusWaiting, time.Now()))
		p.gone(note)
		p.click("Try now")
		session.Expect(t, "Refresh")
		p.await(note)
		session.Answer("Refresh", nil)
		p.click("Try now")
		session.Expect(t, "Refresh")
		p.gone(note)
	})

	step("another way", func(t *testing.T) {
		session.Publish(kit.State(auth.StatusSignInRequired, time.Now()))
		p.click("With a code, on any device…")
		session.Expect(t, "SignIn device")
		p.click("With “codex login”, which signs out first…")
		session.Expect(t, "SignIn codex")
	})

	step("a sign-in asks", func(t *testing.T) {
		s := kit.State(auth.StatusSignInRequired, time.Now())
		s.SigningIn, s.SignIn = true, auth.SignInProgress{Method: auth.SignInBrowser, Page: "https://auth.example.com/authorize"}
		session.Publish(s)
		p.click("Copy link")
		if got := <-copied; got != s.SignIn.Page {
			t.Errorf("%q was copied, want %q", got, s.SignIn.Page)
		}
		p.await("Copied")
		s.SignIn.UserCode, s.SignIn.Page = "ABCD-1234", "https://auth.example.com/device"
		session.Publish(s)
		p.click("Code: ABCD-1234 – click to copy")
		if got := <-copied; got != "ABCD-1234" {
			t.Errorf("%q was copied, want the code", got)
		}
		s.SignIn.UserCode, s.SignIn.Other = "", "grace@example.com"
		session.Publish(s)
		p.await("Signed in as grace@example.com. Keep which account?")
		p.click("Replace with grace@example.com")
		session.Expect(t, "AnswerSignIn true")
		p.click("Keep ada@example.com")
		session.Expect(t, "AnswerSignIn false")
		session.Publish(kit.State(auth.StatusHealthy, time.Now()))
		p.gone("Keep ada@example.com")
	})

	step("diagnostics and sign-out", func(t *testing.T) {
		p.click("Copy diagnostics")
		p.await("Diagnostics are in a file")
		p.click("Sign out") // opens its submenu and does nothing else
		p.click("Start at login")
		session.Expect(t, `SetPreferences {"startAtLogin":true}`)
		p.click("Sign out ada@example.com")
		session.Expect(t, "SignOut")
	})

	step("cancel", func(t *testing.T) {
		s := kit.State(auth.StatusSignInRequired, time.Now())
		s.SigningIn = true
		session.Publish(s)
		p.click("Cancel sign-in")
		session.Expect(t, "CancelSignIn")
	})

	p.t = t
	p.click("Quit")
	<-quit
	session.End()
	if err := kit.Receive(t, "the end of Run", ended); !errors.Is(err, tray.ErrSessionEnded) {
		t.Errorf("Run = %v, want ErrSessionEnded", err)
	}
	if item := fmt.Sprintf("org.kde.StatusNotifierItem-%d-1", os.Getpid()); p.owned(item) {
		t.Errorf("%s is still there", item)
	}
}
