package usage

import (
	"reflect"
	"sync"
	"testing"
	"time"

	"rekey/test/kit/must"
)

// Looks at the same time share a question, and so do those of a minute, in all
// processes.
func TestLooksShare(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		other := newWorld(t, w.memory)
		var all sync.WaitGroup
		for range 1000 {
			all.Go(func() { w.Look(t.Context()) })
			all.Go(func() { other.Look(t.Context()) })
		}
		all.Wait()
		if n := w.questions() + other.questions(); n != 1 {
			t.Errorf("2000 looks asked %d times, want 1", n)
		}
		time.Sleep(time.Minute - 1)
		w.Look(t.Context())
		other.Look(t.Context())
		if n := w.questions() + other.questions(); n != 1 {
			t.Errorf("within the minute it was asked %d times", n)
		}
		time.Sleep(time.Nanosecond)
		if u := other.Look(t.Context()); !u.FetchedAt.Equal(time.Now()) || other.questions()+w.questions() != 2 {
			t.Errorf("after a minute: %s, asked %d times", u.FetchedAt, other.questions()+w.questions())
		}
	})
}

// Nothing is asked for those who may not, and nothing of another account's is shown.
func TestNobodyAsks(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.Look(t.Context())
		for _, p := range []Problem{ProblemSignedOut, ProblemAPIKey, ProblemNoToken, ProblemLoan, ProblemRefused, ProblemExpired, ProblemUnreadable, ProblemRestricted} {
			time.Sleep(time.Hour)
			w.change(func() { w.problem = p })
			if u := w.Look(t.Context()); u.Problem != p || !u.Known() {
				t.Errorf("%s: %s", p, show(u))
			}
		}
		w.change(func() { w.problem, w.who = ProblemSignedOut, Asker{} })
		if u := w.Look(t.Context()); u.Known() {
			t.Errorf("signed out: %s", show(u))
		}
		w.change(func() { w.problem, w.who = "", Asker{Account: "bob", Credentials: "b1"} })
		if u := w.Known(t.Context()); u.Known() {
			t.Errorf("another account is shown %s", show(u))
		}
		w.change(func() { w.settings.On = false })
		if u := w.Look(t.Context()); u.Problem != ProblemOff || u.Known() {
			t.Errorf("off: %s", show(u))
		}
		w.wantQuestions("those who may not", 1)
		w.change(func() { w.settings.On = true; w.memory.broken = true })
		if u := w.Look(t.Context()); u.Problem != ProblemMemory {
			t.Errorf("without a memory: %s", show(u))
		}
		w.wantQuestions("without a memory", 1)
		w.change(func() { w.memory.broken = false })
		unlock, err := w.memory.Lock(t.Context()) // by one that asks, and is stopped meanwhile
		must.Do(t, err)
		defer unlock()
		if u := w.Look(t.Context()); u.Problem != ProblemTooSlow {
			t.Errorf("while another asks: %s", show(u))
		}
		w.wantQuestions("while another asks", 1)
	})
}

// A backend that answers 401 for ever gets two requests and one refresh for each
// set of credentials, then silence.
func TestUnauthorized(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.answer = func(*world) (Answer, error) { return Answer{}, &Failure{Problem: ProblemUnauthorized, Status: 401} }
		w.recovers = func(w *world) { w.who.Credentials += "+" }
		var want []string
		for _, credentials := range []string{"c1", "c2", "c3"} {
			w.change(func() { w.who.Credentials = credentials })
			at := time.Now().UTC().Format("2 Jan 15:04:05")
			want = append(want, at+" "+credentials, at+" "+credentials+"+")
			for range 100 {
				if u := w.Look(t.Context()); u.Problem != ProblemUnauthorized {
					t.Fatalf("got %s", show(u))
				}
				time.Sleep(time.Hour)
			}
		}
		if !reflect.DeepEqual(w.asked, want) || w.refreshes != 3 {
			t.Errorf("asked %q with %d refreshes, want %q with 3", w.asked, w.refreshes, want)
		}
		// Where the recovery finds nothing new, there is no second question.
		w.change(func() { w.who.Credentials, w.recovers = "c4", func(*world) {} })
		w.Look(t.Context())
		time.Sleep(time.Hour)
		w.Look(t.Context())
		w.wantQuestions("without a recovery", 7)
		// New credentials that are accepted end it.
		w.change(func() {
			w.who.Credentials = "c5"
			w.answer = func(*world) (Answer, error) { return Answer{Usage: usedNow(1)}, nil }
		})
		if u := w.Look(t.Context()); u.Problem != "" || !u.Known() {
			t.Errorf("accepted: %s", show(u))
		}
	})
}

// A pause that the backend wants holds for all processes and after a restart.
func TestRests(t *testing.T) {
	for _, status := range []Problem{ProblemRateLimited, ProblemRouting, ProblemForbidden, ProblemServer} {
		bubble(t, func(t *testing.T, w *world) {
			w.Look(t.Context())
			w.answer = func(*world) (Answer, error) { return Answer{}, &Failure{Problem: status} }
			for i, pause := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, time.Hour} {
				time.Sleep(time.Hour)
				u := w.Look(t.Context())
				if u.Problem != status || !u.RetryAt.Equal(time.Now().Add(pause)) || !u.Known() {
					t.Errorf("%s %d: %s, want a pause of %s", status, i, show(u), pause)
				}
				time.Sleep(pause - 1)
				again := newWorld(t, w.memory) // another process, or this one after a restart
				if u := again.Look(t.Context()); again.questions() != 0 || u.Problem != status {
					t.Errorf("%s %d: asked before the pause was over: %s", status, i, show(u))
				}
			}
			time.Sleep(time.Hour)
			w.answer = func(*world) (Answer, error) { return Answer{Usage: usedNow(1)}, nil }
			if u := w.Look(t.Context()); u.Problem != "" || w.memory.rest != (Rest{}) {
				t.Errorf("%s: after an answer: %s, %+v", status, show(u), w.memory.rest)
			}
		})
	}
}

// A clock that was years ahead for a while silences nobody afterwards, and its
// figures give way to true ones.
func TestClockSetBack(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		const years = 3 * 365 * 24 * time.Hour
		w.Look(t.Context())
		w.memory.rec.AskedAt = w.memory.rec.AskedAt.Add(years)
		w.memory.rec.Usage.Windows[0].ToldAt = w.memory.rec.Usage.Windows[0].ToldAt.Add(years)
		w.memory.rest = Rest{Until: time.Now().Add(years), Times: 1, Problem: ProblemServer}
		w.answer = func(*world) (Answer, error) { return Answer{Usage: usedNow(34)}, nil }
		if u := w.Look(t.Context()); u.Problem != "" || *u.Windows[0].UsedPercent != 34 {
			t.Errorf("got %s", show(u))
		}
	})
}

func TestRetryAfter(t *testing.T) {
	tests := map[time.Duration]time.Duration{
		0:                   time.Minute, // missing, negative, past or not readable
		time.Second:         time.Minute,
		2 * time.Minute:     2 * time.Minute,
		3 * time.Hour:       3 * time.Hour,
		30 * 24 * time.Hour: 24 * time.Hour, // absurd
	}
	for asked, want := range tests {
		if got := (Rest{}).next(&Failure{Problem: ProblemRateLimited, RetryAfter: asked}, noon); !got.Until.Equal(noon.Add(want)) || got.Times != 1 {
			t.Errorf("%s: %s", asked, got.Until.Sub(noon))
		}
	}
}

// Whatever goes wrong, the old figures stay.
func TestFailuresKeepFigures(t *testing.T) {
	for _, p := range []Problem{ProblemStatus, ProblemRedirect, ProblemNotReached, ProblemTooSlow, ProblemBrokenOff, ProblemTooLarge, ProblemNotUsage, ProblemNetwork} {
		bubble(t, func(t *testing.T, w *world) {
			first := w.Look(t.Context())
			w.answer = func(*world) (Answer, error) { return Answer{}, &Failure{Problem: p} }
			time.Sleep(time.Hour)
			u := w.Look(t.Context())
			if u.Problem != p || !u.FetchedAt.Equal(first.FetchedAt) || !reflect.DeepEqual(u.Windows, first.Windows) {
				t.Errorf("%s: %s", p, show(u))
			}
			w.Look(t.Context())
			w.wantQuestions(string(p), 2)
		})
	}
	bubble(t, func(t *testing.T, w *world) {
		first := w.Look(t.Context())
		w.answer = func(*world) (Answer, error) { return Answer{Usage: usedNow(99), AccountID: "acct-2"}, nil }
		time.Sleep(time.Hour)
		if u := w.Look(t.Context()); u.Problem != ProblemOtherAccount || !reflect.DeepEqual(u.Windows, first.Windows) {
			t.Errorf("another account's: %s", show(u))
		}
	})
}

// When the reset credits expire is asked only where it is not known.
func TestResetCreditsAreAskedOnce(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.answer = func(*world) (Answer, error) {
			u := usedNow(1)
			u.ResetCredits = &ResetCredits{Available: 2}
			return Answer{Usage: u}, nil
		}
		for range 5 {
			if u := w.Look(t.Context()); u.ResetCredits.ExpiresAt.IsZero() {
				t.Errorf("got %s", show(u))
			}
			time.Sleep(time.Hour)
		}
		if w.credits != 1 {
			t.Errorf("asked %d times, want 1", w.credits)
		}
	})
}
