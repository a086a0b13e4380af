package lend

import (
	"testing"
	"time"

	"rekey/test/kit/must"
)

// What a face asks for is done by the Lender that sees the Book change.
func TestAskedByAFace(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	book := OpenBook(BookPath(t.TempDir()))
	owner := &Owner{Book: book, Now: func() time.Time { return now }}
	loans := []Loan{
		{ID: "old", Target: Target{Name: "ssh:old"}, Ended: SignedOut, EndedAt: now},
		{ID: "good", Target: Target{Name: "ssh:good"}, Pushed: "print"},
		{ID: "bad", Target: Target{Name: "ssh:bad"}, Pushed: "print", Failures: 7, Tried: now, FailingSince: now},
	}
	must.Do(t, book.change(func([]Loan) []Loan { return loans }))
	ids := func() (list string) {
		t.Helper()
		all := must.Get(owner.Loans())(t)
		for _, l := range all {
			list += l.ID + " "
		}
		return list
	}
	if got := ids(); got != "bad good old " {
		t.Errorf("the order is %s", got)
	}
	offer := Offer{Snapshot: nil}
	for _, id := range []string{"bad", "good", "nobody"} {
		must.Do(t, owner.PushSoon(id))
	}
	all, _ := owner.Loans()
	for _, l := range all[:2] {
		if l.Pushed != "" || l.Tried.Add(backoff(l.Failures, l.ID)).After(now) {
			t.Errorf("%s is not due: %+v", l.ID, l)
		}
	}
	if all[0].Failures != 7 || all[0].FailingSince != now {
		t.Error("a push that was asked for hides that the last ones have failed")
	}
	for _, id := range []string{"good", "old", "nobody"} {
		must.Do(t, owner.StopSoon(id))
	}
	all, _ = owner.Loans()
	if len(all) != 2 || all[1].Ending != Stopped {
		t.Errorf("after stopping, the loans are %+v", all)
	}
	if what, at := all[1].next(offer, true); what != stop || at.After(now) {
		t.Errorf("next is %v at %v", what, at)
	}
}

func TestShort(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	loan := func(failures int, left time.Duration) Loan {
		return Loan{Failures: failures, WorksUntil: now.Add(left)}
	}
	if short, notice := Short([]Loan{loan(0, time.Minute), loan(3, time.Hour), {Failures: 1}}, now); len(short) != 0 || notice != "" {
		t.Errorf("%v are short, named %q", short, notice)
	}
	many, notice := Short([]Loan{loan(1, time.Minute), loan(2, 10*time.Minute), loan(1, -time.Hour)}, now)
	if len(many) != 3 || notice != "loans-2026-11-23T09:10:00Z" {
		t.Errorf("%d are short, named %q", len(many), notice)
	}
}
