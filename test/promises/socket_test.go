package promises_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rekey/auth/agent"
	"rekey/auth/appserver"
	"rekey/internal/box"
)

// socket is where the home's agent listens.
func (w *world) socket() string {
	w.t.Helper()
	home := agent.Open(w.Options())
	defer func() { w.must(home.Close(w.ctx)) }()
	return home.Socket()
}

// account is a sign-in's account that a State can be known by.
func account(n int) box.Account {
	a := box.Ada()
	a.Email = fmt.Sprintf("user-%d@example.com", n)
	return a
}

// signInOf is the sign-in of an account, as auth.json has it.
func signInOf(n int) []byte {
	return box.AuthJSON(box.WithAccount(account(n)), box.WithExpiry(time.Now().Add(life)))
}

// put replaces the sign-in by that of another account.
func (w *world) put(n int) {
	w.t.Helper()
	w.must(w.Home.Replace(signInOf(n)))
}

// reached waits until a client's newest State is that of the account.
func reached(ctx context.Context, c *appserver.Client, n int) error {
	want := account(n).Email
	for st := range c.Subscribe(ctx) {
		if st.Email == want {
			return nil
		}
	}
	return fmt.Errorf("the last State is that of %s, want %s", c.State().Email, want)
}

// attach connects so many clients.
func (w *world) attach(n int) []*appserver.Client {
	w.t.Helper()
	clients := make([]*appserver.Client, n)
	for i := range clients {
		c, err := w.Attach(w.ctx)
		w.must(err)
		w.t.Cleanup(func() { _ = c.Close() })
		clients[i] = c
	}
	return clients
}

// follower is a client that reads every line it is sent and remembers the last.
// It does little else, so that many of them leave the machine to the agent.
type follower struct {
	*speaker
	last  atomic.Pointer[string]
	ended chan struct{} // closed when it reads no more
}

func (w *world) follow() *follower {
	w.t.Helper()
	f := &follower{speaker: w.speak(), ended: make(chan struct{})}
	f.hello()
	w.must(f.say(`{"id":1,"method":"rekey/subscribe","params":{}}`))
	go func() {
		defer close(f.ended)
		for {
			line, err := f.lines.ReadString('\n')
			if err != nil {
				return
			}
			if strings.Contains(line, `"rekey/stateChanged"`) {
				f.last.Store(&line)
			}
		}
	}()
	return f
}

// at reports whether the last State it was told is that of the account.
func (f *follower) at(n int) bool {
	last := f.last.Load()
	return last != nil && strings.Contains(*last, `"`+account(n).Email+`"`)
}

// Two hundred clients on the socket, and the file changes a hundred times a
// second: each of them ends on the last State, the agent does not grow, and
// when they have gone nothing of them is left. It has the machine to itself.
func TestTwoHundredClientsWhileTheFileChanges(t *testing.T) {
	const clients, faces, pace = 200, 10, 10 * time.Millisecond
	length := 5 * time.Second
	if soak() {
		length = 30 * time.Second
	}
	w := newWorld(t)
	w.put(0)
	a := w.watch()
	w.must(reached(w.ctx, w.attach(1)[0], 0))
	alone := w.weigh(a.PID())
	all := w.attach(faces)
	followers := make([]*follower, clients-faces)
	for i := range followers {
		followers[i] = w.follow()
	}
	contents := make([][]byte, length/pace)
	for i := range contents {
		contents[i] = signInOf(i)
	}

	changes, early := 0, weight{}
	ticks := time.NewTicker(pace)
	defer ticks.Stop()
	begun := time.Now()
	least := len(contents) / 4 // however long the machine takes to make them
	for ; changes < len(contents) && (changes < least || time.Since(begun) < length); changes++ {
		w.must(w.Home.Replace(contents[changes]))
		if early.files == 0 && time.Since(begun) > length/5 {
			early = w.weigh(a.PID())
		}
		<-ticks.C
	}
	took, late := time.Since(begun), w.weigh(a.PID())
	if got := w.connections(); late.files != 0 && got != 1+clients {
		t.Errorf("%d connections are open, want %d", got, 1+clients)
	}
	begun = time.Now()
	w.until("the last State, at all clients", func() bool {
		return !slices.ContainsFunc(followers, func(f *follower) bool { return !f.at(changes - 1) })
	})
	for _, c := range all {
		w.must(reached(w.ctx, c, changes-1))
	}
	t.Logf("%d changes in %v; the last reached all %d clients %v after it", changes, took, clients, time.Since(begun))
	t.Logf("the agent's memory, open files and threads: alone %v, after a fifth of the time %v, at the end %v", alone, early, late)
	if late.memory > early.memory+early.memory/4 {
		t.Errorf("the agent grows: %v after a fifth of the time, %v at its end", early, late)
	}
	for _, c := range all {
		_ = c.Close()
	}
	for _, f := range followers {
		_ = f.Close()
		<-f.ended
	}
	w.until("nothing is left of the clients", func() bool { return w.connections() <= 1 })
	if gone := w.weigh(a.PID()); gone.files > alone.files+clients/4 {
		t.Errorf("the agent keeps files open: %v alone, %v when the clients have gone", alone, gone)
	}
}

// A change reaches every client within milliseconds, be it one of Rekey's or
// one that knows only Codex's dialect.
func TestChangeReachesClientsAtOnce(t *testing.T) {
	t.Parallel()
	const changes = 100
	w := newWorld(t)
	w.put(0)
	w.watch()
	ours := w.attach(1)[0]
	codex := w.speak()
	codex.hello()
	var toOurs, toCodex []time.Duration
	for n := range changes {
		told := make(chan time.Duration, 1)
		begun := time.Now()
		w.put(n + 1)
		go func() {
			codex.until(`"account/updated"`)
			told <- time.Since(begun)
		}()
		w.must(reached(w.ctx, ours, n+1))
		toOurs = append(toOurs, time.Since(begun))
		toCodex = append(toCodex, <-told)
	}
	for name, took := range map[string][]time.Duration{"rekey/stateChanged": toOurs, "account/updated": toCodex} {
		slices.Sort(took)
		median, worst := took[len(took)/2], took[len(took)-1]
		t.Logf("%s: median %v, worst %v of %d", name, median, worst, len(took))
		if median > time.Second { // on a machine that does ten other things
			t.Errorf("%s comes after %v", name, median)
		}
	}
}
