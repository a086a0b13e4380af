package agent

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth"
	"rekey/auth/appserver"
	"rekey/internal/box"
	"rekey/internal/safefile"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// join takes part until the test ends or leave is called, which waits for it.
func (r *rig) join(change ...func(*Options)) (m *Member, leave func()) {
	r.t.Helper()
	m = must.Get(Join(within(r.t), r.options(change...), "test"))(r.t)
	return m, r.run(func(ctx context.Context) error {
		err := m.Run(ctx)
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), kit.Patience)
		defer cancel()
		return errors.Join(err, m.Close(last))
	})
}

// agents are those of the members that hold the agent's role.
func agents(members ...*Member) (found []*Member) {
	for _, m := range members {
		if _, ok := m.now().(*Agent); ok {
			found = append(found, m)
		}
	}
	return found
}

func TestMembersElectANewAgent(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{})
	a, leave := r.join()
	if st := a.State(); st.Status != auth.StatusHealthy {
		t.Errorf("the first State of the agent is %+v", st)
	}
	b, leaveB := r.join()
	if st := b.State(); st.Status != auth.StatusHealthy {
		t.Errorf("the first State of the client is %+v", st)
	}
	c, leaveC := r.join()
	if got := agents(a, b, c); len(got) != 1 || got[0] != a {
		t.Fatalf("there are %d agents", len(got))
	}

	leave()
	kit.Eventually(t, "one agent and its client", func() bool {
		return len(agents(b, c)) == 1 && strings.Count(r.told.String(), "does so now") == 2
	})
	r.put(box.AuthJSON(box.WithAPIKey("not-a-real-key")))
	for _, m := range []*Member{b, c} {
		kit.Await(t, m, "an API key", status(auth.StatusAPIKey))
	}
	told := r.told.String()
	if strings.Count(told, "this one does so now") != 1 || strings.Count(told, "another one does so now") != 1 {
		t.Errorf("the two tell\n%s", told)
	}

	left, last := leaveB, c
	if agents(b, c)[0] == c {
		left, last = leaveC, b
	}
	left()
	r.put(r.newSignIn(box.Grace()))
	kit.Await(t, last, "healthy", status(auth.StatusHealthy))
	if len(agents(last)) != 1 {
		t.Error("the last one is no agent")
	}
}

// A session goes on through an election: the channel stays open and what was
// said is not said again.
func TestSubscriptionOutlivesTheAgent(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{})
	first, leave := r.join()
	if err := first.SetPreferences(within(t), auth.KeepFresh(false)); err != nil { // nothing about the keeper's plans in the State
		t.Fatal(err)
	}
	m, _ := r.join()
	kit.Await(t, m, "not kept fresh", func(st auth.State) bool { return !st.KeepFresh && st.NextRefresh.IsZero() })
	states := m.Subscribe(within(t))
	before := <-states
	leave()
	kit.Eventually(t, "the election", func() bool { return len(agents(m)) == 1 })
	r.put(box.AuthJSON(box.WithAPIKey("not-a-real-key")))
	for st := range states {
		if st == before {
			t.Error("the State was said twice")
		}
		if st.Status == auth.StatusAPIKey {
			return
		}
	}
	t.Error("the channel was closed")
}

// Everything a face asks for reaches the agent, wherever it is.
func TestMemberPassesEverythingOn(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{})
	agent, _ := r.join()
	client, _ := r.join()
	if agent.Socket() != client.Socket() {
		t.Errorf("they know different sockets: %s and %s", agent.Socket(), client.Socket())
	}
	for i, m := range []*Member{agent, client} {
		if err := m.Refresh(within(t)); err != nil || r.server.Refreshes() != i+1 {
			t.Errorf("Refresh = %v after %d requests", err, r.server.Refreshes())
		}
		must.Do(t, m.SignIn(within(t), auth.SignInPreferred))
		m.CancelSignIn()
		must.Do(t, m.SetPreferences(within(t), auth.KeepFresh(i > 0)))
		kit.Await(t, m, "what was set", func(st auth.State) bool { return st.KeepFresh == (i > 0) })
		if ours, err := m.ClaimNotice(within(t), "a notice"); err != nil || ours != (i == 0) {
			t.Errorf("ClaimNotice = %t, %v", ours, err)
		}
	}
}

// Between two agents a client says so, at once.
func TestCallsBetweenTwoAgents(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{})
	a := r.open()
	held := must.Get(a.Become(t.Context(), "test"))(t)
	stop := r.run(held.Run)
	m, _ := r.join()
	stop() // it no longer answers and still has the lock, as when it waits for a refresh
	kit.Eventually(t, "the end of the connection", func() bool {
		return errors.Is(m.Refresh(within(t)), appserver.ErrAgentGone)
	})
	held.lock.Unlock()
	kit.Eventually(t, "the election", func() bool { return len(agents(m)) == 1 })
	if err := m.Refresh(within(t)); err != nil {
		t.Errorf("Refresh after the election = %v", err)
	}
}

// An agent that has the lock and does not listen yet is waited for.
func TestJoinWaitsForAnAgentThatStarts(t *testing.T) {
	r := newRig(t, box.Config{})
	a := must.Get(r.open().Become(t.Context(), "test"))(t)
	defer a.lock.Unlock()
	joined := kit.Later(func() error { _, err := Join(within(t), r.options(), "test"); return err })
	r.run(a.Run)
	must.Do(t, <-joined)
}

// What is said of one that listens and never answers is for people.
func TestAttachToAMuteAgent(t *testing.T) {
	r := newBareRig(t)
	h := r.open()
	l, err := listen(h.Socket(), true)
	must.Do(t, err)
	defer l.Close()
	ctx, cancel := context.WithDeadline(t.Context(), time.Now()) // it is late already
	defer cancel()
	if _, err = h.Attach(ctx); err == nil || !errors.Is(err, context.DeadlineExceeded) || err.Error() != "nothing came within 0s" {
		t.Errorf("Attach = %v", err)
	}
}

// One that never answers is waited for with a word, and not for ever.
func TestJoinGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newBareRig(t)
		h := r.open()
		held := must.Get(lock(h.opts.Store.Disk, h.stateDir, agentLock, ""))(t)
		defer held.Unlock()
		began := time.Now()
		_, err := Join(t.Context(), r.options(), "test")
		if !errors.Is(err, ErrRunning) || !errors.Is(err, os.ErrNotExist) || time.Since(began) != electionLimit {
			t.Errorf("after %v Join = %v", time.Since(began), err)
		}
		if got := r.told.Lines(); len(got) != 1 || !strings.Contains(got[0], "does not answer yet") {
			t.Errorf("it tells %q", got)
		}
		ctx, cancel := context.WithCancel(t.Context())
		joined := kit.Later(func() error { _, err := Join(ctx, r.options(), "test"); return err })
		synctest.Wait()
		cancel()
		if err := <-joined; !errors.Is(err, context.Canceled) {
			t.Errorf("a Join that is given up = %v", err)
		}
	})
}

func TestJoinWithoutAFolder(t *testing.T) {
	r := newBareRig(t)
	must.Do(t, os.WriteFile(dirsBelow(r.root).State, nil, 0o600))
	if _, err := Join(t.Context(), r.options(), "test"); err == nil || !strings.Contains(err.Error(), "own folder") {
		t.Errorf("Join = %v", err)
	}
}

// A folder of Rekey's own that cannot be used is no other Rekey: nobody is
// waited for.
func TestNobodyIsWaitedForWithoutAFolder(t *testing.T) {
	r := newRig(t, box.Config{})
	gone := safefile.Disk{Fault: func(op safefile.Op, path string) error {
		if op == safefile.OpOpen && filepath.Base(path) == agentLock || op == safefile.OpCreate && filepath.Base(path) == agentLock {
			return fs.ErrNotExist
		}
		return nil
	}}
	_, err := Join(within(t), r.options(func(o *Options) { o.Store.Disk = gone }), "test")
	if !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), "Rekey's own folder cannot be used: the folder "+r.root) {
		t.Errorf("error %v", err)
	}
	if told := r.told.Lines(); len(told) > 0 {
		t.Errorf("told %q", told)
	}
}
