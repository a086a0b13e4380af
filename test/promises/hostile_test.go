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
	"testing"
	"time"

	"rekey/auth"
	"rekey/auth/appserver"
)

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
