package promises_test

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
)

const (
	borrowers = 3
	// perBorrower is how many Codex processes work at each borrower.
	perBorrower = 2
	// rounds is how often the owner refreshes.
	rounds = 8
	// lentLife is how long access tokens live here: minutes, and longer than
	// Codex's own window.
	lentLife = 20 * time.Minute
)

// P9: the refresh token never leaves its machine, and no machine that borrows can
// spend it. An owner and three borrowers, each a user with a home of their own
// behind a real OpenSSH server, two real Codex processes at each: the server sees
// the owner's requests alone, and every Codex goes on with the current token. Where
// auth.json was copied instead, the first refresh of a copy ends the sign-in of all.
func TestLending(t *testing.T) {
	t.Parallel()
	t.Run("lent", func(t *testing.T) {
		t.Parallel()
		l := newLending(t)
		agent := l.watch()
		l.lend()
		l.startCodexes()
		for round := 1; round <= 2; round++ {
			l.refresh(round)
			l.wantTaken(round)
		}
		l.wantOwnersOnly(2, agent)
		for i := range l.homes {
			l.rekey("lend", "--stop", boxName(i))
		}
		l.everywhere("loan taken back", func(home *box.Home) bool { _, err := home.Read(); return errors.Is(err, os.ErrNotExist) })
	})
	t.Run("copied", func(t *testing.T) {
		t.Parallel()
		l := newLending(t)
		content, err := l.Home.Read()
		l.must(err)
		for i, home := range l.homes {
			l.must(home.Replace(content))
			l.must(l.give(i))
		}
		l.startCodexes()
		without := 0
		for _, c := range l.codexes {
			if l.ask(c) == "" {
				without++
			}
		}
		if l.Server.Reused() == 0 || without == 0 {
			t.Errorf("%d requests, %d reused, %d processes without a token: the damage is not there",
				l.Server.Refreshes(), l.Server.Reused(), without)
		}
		l.tellRequests()
		t.Logf("%d of %d Codex processes without a token", without, len(l.codexes))
	})
}

// TestLentForLong is P9 over eight refreshes. Every other one is the keeper's own:
// an access token has half of its twenty minutes left when it is issued, and half
// a minute more, so that it is due as soon as the keeper may ask again, and far
// from Codex's window.
func TestLentForLong(t *testing.T) {
	t.Parallel()
	l := newLending(t)
	l.ctx = l.within(5 * time.Minute)
	agent := l.watch()
	l.lend()
	l.startCodexes()
	for round := 1; round <= rounds; round++ {
		if round == 1 {
			l.must(l.SignIn(lentLife / 2)) // which is due
			l.Backdate(lentLife/2 - auth.MinSpacing - 2*time.Second)
		}
		if round%2 == 1 {
			before := l.spend()
			l.until("the keeper refreshes", func() bool { return l.stored(l.Home).RefreshToken().Reveal() != before })
		} else {
			l.refresh(round)
		}
		l.wantTaken(round)
	}
	l.wantOwnersOnly(rounds, agent)
	l.tellRequests()
}

// TestLentByASleeper: the owner's machine sleeps until what it has lent has expired
// and every Codex at the borrowers has been refused. Back again it refreshes and
// pushes, and they work, without a restart; and they have revoked nothing.
func TestLentByASleeper(t *testing.T) {
	t.Parallel()
	const left = time.Minute // for three loans and six Codex processes
	l := newLending(t)
	l.lend()
	agent := l.watch()
	l.await(agent, "that it is well", func(st auth.State) bool { return st.Status == auth.StatusHealthy })
	l.must(syscall.Kill(agent.PID(), syscall.SIGSTOP))
	l.must(l.SignIn(left))
	expires := time.Now().Add(left)
	l.lend()
	l.startCodexes()
	l.until("what is lent has expired", func() bool { return time.Now().After(expires) })
	for _, c := range l.codexes {
		_ = l.token(c)
	}
	if l.markers() == 0 || l.owners() != 0 {
		t.Fatalf("%d requests with the marker, %d with a token: the sleep does not play", l.markers(), l.owners())
	}
	l.must(syscall.Kill(agent.PID(), syscall.SIGCONT))
	l.everywhere("new token of the owner", func(home *box.Home) bool { return l.owners() == 1 && l.access(home) == l.access(l.Home) })
	for i, c := range l.codexes {
		// A Codex takes the new token over when it works, or when a server tells it to.
		l.until(fmt.Sprintf("Codex %d works again", i), func() bool {
			return l.token(c) == l.access(l.Home) || l.ask(c) == l.access(l.Home)
		})
	}
	if l.owners() != 1 || !l.Server.Works(l.stored(l.Home).RefreshToken().Reveal()) {
		t.Errorf("%d requests of the owner's after the sleep, want 1", l.owners())
	}
	l.wantNoRefreshToken(agent)
	l.tellRequests()
}
