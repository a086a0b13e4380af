package lend

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth"
	"rekey/test/kit/must"
)

func TestLender(t *testing.T) {
	unreachable := errors.New("exit status 255")
	for name, test := range map[string]func(t *testing.T, w *world){
		"a change is pushed at once, and once": func(t *testing.T, w *world) {
			w.lend("box")
			w.lender.Poke()
			w.has("box", 1)
			before, _ := w.visited("box")
			w.refresh(2)
			w.has("box", 2)
			time.Sleep(24 * time.Hour)
			w.lender.Poke()
			after, _ := w.visited("box")
			if got := after - before; got != 1 {
				t.Errorf("%d visits for one change", got)
			}
		},
		"a dead borrower is visited ever more rarely": func(t *testing.T, w *world) {
			w.lend("box")
			w.breaks("box", unreachable, "ssh: connect to host box port 22: No route to host")
			w.refresh(2)
			before, _ := w.visited("box")
			time.Sleep(10 * time.Minute)
			after, _ := w.visited("box")
			if got := after - before; got < 3 || got > 5 {
				t.Errorf("%d more visits in 10 minutes", got)
			}
			time.Sleep(24 * time.Hour)
			after, _ = w.visited("box")
			if got := after - before; got < 24 || got > 40 {
				t.Errorf("%d more visits in a day", got)
			}
			if l := w.loan(); l.Fault.Code != Unreachable || l.Ended != "" || !l.Short(time.Now()) {
				t.Errorf("the loan: %+v", l)
			}
			w.breaks("box", nil, "")
			w.clock.Wake()
			time.Sleep(settle)
			w.has("box", 2)
			if l := w.loan(); l.Fault != nil || l.Failures != 0 {
				t.Errorf("the loan: %+v", l)
			}
		},
		"unreachable for an hour, while the owner refreshes twice": func(t *testing.T, w *world) {
			w.lend("box")
			w.breaks("box", unreachable, "ssh: connect to host box port 22: No route to host")
			w.refresh(2)
			time.Sleep(30 * time.Minute)
			w.refresh(3)
			time.Sleep(30 * time.Minute)
			w.breaks("box", nil, "")
			before, _ := w.visited("box")
			time.Sleep(time.Hour) // the longest pause, if nothing says that the network is back
			w.has("box", 3)
			if after, _ := w.visited("box"); after != before+1 {
				t.Errorf("%d visits since it can be reached", after-before)
			}
			if l := w.loan(); l.Fault != nil || l.Pushed != "print-3" {
				t.Errorf("the loan: %+v", l)
			}
		},
		"one that can be reached again tells of the others": func(t *testing.T, w *world) {
			for _, name := range []string{"a", "b"} {
				w.lend(name)
				w.breaks(name, unreachable, "Connection timed out")
			}
			w.refresh(2)
			time.Sleep(5 * time.Hour)
			w.breaks("a", nil, "")
			w.breaks("b", nil, "")
			time.Sleep(time.Hour)
			w.has("a", 2)
			w.has("b", 2)
		},
		"what hangs is given up": func(t *testing.T, w *world) {
			w.lend("box")
			w.breaks("box", context.DeadlineExceeded, "")
			w.refresh(2)
			time.Sleep(errandLimit + time.Second)
			if l := w.loan(); l.Fault == nil || l.Fault.Code != TimedOut {
				t.Errorf("the loan: %+v", l)
			}
		},
		"a sign-in there ends the loan": func(t *testing.T, w *world) {
			w.lend("box")
			w.put("box", "a sign-in")
			w.refresh(2)
			w.quiet()
			if _, holds := w.visited("box"); holds != "a sign-in" {
				t.Error("the sign-in was overwritten")
			}
			if l := w.loan(); l.Ended != OwnSignIn {
				t.Errorf("the loan: %+v", l)
			}
			before, _ := w.visited("box")
			w.refresh(3)
			time.Sleep(keepEnded + time.Hour)
			if after, _ := w.visited("box"); after != before {
				t.Error("it is still visited")
			}
		},
		"a sign-out there ends the loan": func(t *testing.T, w *world) {
			w.lend("box")
			w.put("box", "")
			w.refresh(2)
			if l := w.loan(); l.Ended != SignedOut {
				t.Errorf("the loan: %+v", l)
			}
			w.has("box", 0)
		},
		"a sign-out at home ends the loan": func(t *testing.T, w *world) {
			w.lend("box")
			w.set(Offer{})
			time.Sleep(goneGrace - 5*time.Second)
			if _, holds := w.visited("box"); holds == "" {
				t.Error("the loan ended at once")
			}
			time.Sleep(5 * time.Second)
			w.has("box", 0)
			if l := w.loan(); l.Ended != OwnerGone {
				t.Errorf("the loan: %+v", l)
			}
		},
		"a store that cannot be read, or is being written, ends nothing": func(t *testing.T, w *world) {
			w.lend("box")
			kept := w.offered()
			w.set(Offer{})
			time.Sleep(goneGrace / 2)
			w.set(kept)
			time.Sleep(time.Hour)
			w.set(Offer{Unknown: true})
			time.Sleep(time.Hour)
			if l := w.loan(); l.Ended != "" || l.Ending != "" {
				t.Errorf("the loan: %+v", l)
			}
		},
		"another account at home ends the loan": func(t *testing.T, w *world) {
			w.lend("box")
			w.set(Offer{Snapshot: signIn(t, "acct-grace", 1), Print: "print-9"})
			w.has("box", 0)
			if l := w.loan(); l.Ended != OwnerOther {
				t.Errorf("the loan: %+v", l)
			}
		},
		"stopped while it cannot be reached": func(t *testing.T, w *world) {
			w.lend("box")
			w.breaks("box", unreachable, "Connection refused")
			if err := w.lender.Stop(t.Context(), Target{Name: "box"}); err == nil {
				t.Error("stopping says nothing")
			}
			w.lender.Poke()
			time.Sleep(10 * time.Minute)
			w.breaks("box", nil, "")
			time.Sleep(20 * time.Minute)
			w.has("box", 0)
			if loans, err := w.lender.Book.List(); len(loans) != 0 || err != nil {
				t.Errorf("the book: %+v, %v", loans, err)
			}
		},
		"stopped": func(t *testing.T, w *world) {
			w.lend("box")
			if err := w.lender.Stop(t.Context(), Target{Name: "box"}); err != nil {
				t.Error(err)
			}
			w.has("box", 0)
			if err := w.lender.Stop(t.Context(), Target{Name: "box"}); !errors.Is(err, ErrNoLoan) {
				t.Errorf("stopped twice: %v", err)
			}
		},
		"stopped without its home": func(t *testing.T, w *world) {
			for _, home := range []string{"/srv/one", "/srv/two"} {
				must.Get(w.lender.Lend(t.Context(), Target{Name: "box", CodexHome: home}, true))(t)
			}
			if err := w.lender.Stop(t.Context(), Target{Name: "box"}); !errors.Is(err, ErrNoLoan) {
				t.Errorf("one of two is stopped: %v", err)
			}
			if err := w.lender.Stop(t.Context(), Target{Name: "box", CodexHome: "/srv/one"}); err != nil {
				t.Error(err)
			}
			if err := w.lender.Stop(t.Context(), Target{Name: "box"}); err != nil {
				t.Errorf("the only one: %v", err)
			}
		},
		"half a borrower": func(t *testing.T, w *world) {
			w.lend("box")
			w.breaks("box", errors.New("signal: killed"), "")
			w.refresh(2)
			time.Sleep(time.Second)
			w.breaks("box", nil, "")
			time.Sleep(2 * time.Minute)
			w.has("box", 2)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in(t, test)
		})
	}
}

// A loan that the owner cannot make is none.
func TestLendFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.put("box", "a sign-in")
		box := Target{Name: "box", Command: []string{"box"}}
		var fault *Fault
		if _, err := w.lender.Lend(t.Context(), box, false); !errors.As(err, &fault) || fault.Code != OwnSignIn {
			t.Errorf("lent over a sign-in: %v", err)
		}
		if _, err := w.lender.Lend(t.Context(), box, true); err != nil {
			t.Errorf("lent over a sign-in on demand: %v", err)
		}
		w.set(Offer{})
		if _, err := w.lender.Lend(t.Context(), box, false); !errors.Is(err, auth.ErrNotLendable) {
			t.Errorf("lent nothing: %v", err)
		}
		if _, _, err := w.lender.Print(); !errors.Is(err, auth.ErrNotLendable) {
			t.Errorf("printed nothing: %v", err)
		}
	})
}

// A push on demand that fails is in the loan, as one of the agent's is.
func TestLendAgainFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		box := Target{Name: "box", Command: []string{"box"}}
		again := func() Loan {
			if _, err := w.lender.Lend(t.Context(), box, false); err == nil {
				t.Error("lent all the same")
			}
			loans := must.Get(w.lender.Book.List())(t)
			return loans[0]
		}
		_, err := w.lender.Lend(t.Context(), box, false)
		must.Do(t, err)
		w.breaks("box", errors.New("exit status 255"), "Connection timed out")
		if l := again(); l.Fault == nil || l.Failures != 1 {
			t.Errorf("the loan after a push that failed: %+v", l)
		}
		w.breaks("box", nil, "")
		w.put("box", "a sign-in")
		if l := again(); l.Ended != OwnSignIn {
			t.Errorf("the loan after a sign-in there: %+v", l)
		}
		w.breaks("box", errors.New("exit status 255"), "Connection timed out")
		if l := again(); l.Ended != OwnSignIn || l.Fault != nil {
			t.Errorf("the ended loan after a push that failed: %+v", l)
		}
	})
}
