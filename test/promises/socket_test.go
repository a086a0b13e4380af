package promises_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rekey/auth"
	"rekey/auth/agent"
	"rekey/auth/appserver"
	"rekey/internal/box"
)

// socket is where the home's agent listens.
func (w *world) socket() string {
	w.t.Helper()
	home, err := agent.Open(w.Options())
	w.must(err)
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

// speaker is a bare connection to the agent, for misbehaving clients.
type speaker struct {
	net.Conn
	w     *world
	lines *bufio.Reader
}

func (w *world) speak() *speaker {
	w.t.Helper()
	first, err := w.Attach(w.ctx) // when it has been reached, so can we
	w.must(err)
	_ = first.Close()
	nc, err := (&net.Dialer{}).DialContext(w.ctx, "unix", w.socket())
	w.must(err)
	context.AfterFunc(w.ctx, func() { _ = nc.Close() })
	return &speaker{Conn: nc, w: w, lines: bufio.NewReader(nc)}
}

// say writes a line, unless the agent has hung up.
func (s *speaker) say(line string) error {
	_, err := io.WriteString(s, line+"\n")
	return err
}

// until reads up to a line with these words.
func (s *speaker) until(words string) {
	for {
		line, err := s.lines.ReadString('\n')
		if err != nil {
			s.w.t.Errorf("no line with %s came: %v", words, err)
			return
		}
		if strings.Contains(line, words) {
			return
		}
	}
}

func (s *speaker) hello() {
	s.w.must(s.say(`{"id":0,"method":"initialize","params":{"clientInfo":{"name":"promises","version":"0"}}}`))
	s.until(`"id":0`)
}

// hungUp waits until the agent has ended the connection.
func (s *speaker) hungUp() error {
	err := s.SetReadDeadline(time.Now().Add(patience))
	if err == nil {
		_, err = io.Copy(io.Discard, s.lines)
	}
	if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() {
		return errors.New("the agent does not hang up")
	}
	return nil // the end, or a broken pipe
}

// Hostile clients are dropped. Meanwhile the others are served at once, and the
// agent is as small afterwards as before.
func TestHostileClients(t *testing.T) {
	t.Parallel()
	const each = 4
	hundred := strings.Repeat("x", 1<<20)
	hostile := map[string]func(*speaker) error{
		"a line of 100 MB": func(s *speaker) error {
			s.hello()
			for range 100 {
				if _, err := io.WriteString(s, hundred); err != nil {
					return nil // it has hung up
				}
			}
			return errors.New("it took 100 MB")
		},
		"half a line for ever": func(s *speaker) error {
			s.hello()
			_, _ = io.WriteString(s, `{"id":1,"method":"rekey/`)
			return s.hungUp()
		},
		"half a hello": func(s *speaker) error {
			_, _ = io.WriteString(s, `{"id":1,"meth`)
			return s.hungUp()
		},
		"silence": func(s *speaker) error { return s.hungUp() },
		"asks and never reads": func(s *speaker) error {
			s.hello()
			for s.say(`{"id":1,"method":"rekey/activity","params":{}}`) == nil {
			}
			return nil
		},
		"bad JSON, never read": func(s *speaker) error {
			s.hello()
			for s.say(`{"id":`) == nil {
			}
			return nil
		},
		"forced refreshes, never read": func(s *speaker) error {
			s.hello()
			for s.say(`{"id":1,"method":"getAuthStatus","params":{"refreshToken":true}}`) == nil {
			}
			return nil
		},
	}
	w := newWorld(t)
	w.must(w.SignIn(life))
	a := w.watch()
	good := w.speak()
	good.hello()
	before := w.weigh(a.PID())

	ctx, cancel := context.WithCancel(w.ctx)
	var asking, attacks sync.WaitGroup
	var took []time.Duration
	asking.Go(func() {
		for n := 1; ctx.Err() == nil; n++ {
			begun := time.Now()
			if err := good.say(fmt.Sprintf(`{"id":%d,"method":"rekey/state","params":{}}`, n)); err != nil {
				t.Errorf("a good client was dropped: %v", err)
				return
			}
			good.until(fmt.Sprintf(`"id":%d,`, n))
			took = append(took, time.Since(begun))
		}
	})
	begun := time.Now()
	for name, attack := range hostile {
		for range each {
			s := w.speak()
			attacks.Go(func() {
				if err := attack(s); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				_ = s.Close()
			})
		}
	}
	attacks.Wait()
	lasted := time.Since(begun)
	cancel()
	asking.Wait()
	worst := w.weigh(a.PID())
	slices.Sort(took)
	t.Logf("a good client was answered %d times, median %v, worst %v; the agent's memory at its worst %d kB, before %d kB",
		len(took), took[len(took)/2], took[len(took)-1], worst.peak, before.memory)
	if median := took[len(took)/2]; median > 250*time.Millisecond {
		t.Errorf("meanwhile a good client waits for %v", median)
	}
	if worst.peak > before.memory+200<<10 {
		t.Errorf("the agent grew from %d to %d kB", before.memory, worst.peak)
	}
	w.until("the agent is small again", func() bool {
		return w.connections() <= 1 && w.weigh(a.PID()).memory <= before.memory+16<<10
	})
	if n := w.Server.Refreshes(); n == 0 || n > 10+int(lasted/auth.Fresh) {
		t.Errorf("%d refreshes were sent for a flood of %v, want a few", n, lasted)
	}
	var st struct{ Result struct{ State auth.State } }
	w.must(good.say(`{"id":"end","method":"rekey/state","params":{}}`))
	line, err := good.lines.ReadString('\n')
	w.must(err)
	w.must(json.Unmarshal([]byte(line), &st))
	if st.Result.State.Status != auth.StatusHealthy {
		t.Errorf("in the end the State is %+v", st.Result.State)
	}
}

// One client too many is told so, and those that are there do not notice.
func TestTooManyClients(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(w.SignIn(life))
	w.watch()
	good := w.attach(1)[0]
	var err error
	n := 1
	for ; err == nil && n < 1000; n++ {
		var c *appserver.Client
		if c, err = appserver.Dial(w.ctx, w.socket()); err == nil {
			defer c.Close()
		}
	}
	if !errors.Is(err, appserver.ErrFull) || n < 201 {
		t.Errorf("client %d is told %v", n, err)
	}
	w.must(good.Refresh(w.ctx))
	w.wantRequests(1)
}
