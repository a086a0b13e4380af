package agent

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/auth/store"
	"rekey/internal/box"
	"rekey/internal/safefile"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// Not parallel: it looks at every goroutine of the program.
func TestRunLeavesNothingBehind(t *testing.T) {
	r := newRig(t, box.Config{AccessLife: 4 * time.Second}) // refreshed at its half
	h := Open(r.options())
	a := must.Get(h.Become(t.Context(), "test"))(t)
	stop := r.run(a.Run)
	client := must.Get(connect(within(t), h))(t)
	if err := r.server.WaitForRequests(within(t), 1); err != nil {
		t.Fatalf("the keeper does not refresh: %v", err)
	}
	must.Do(t, client.SignIn(within(t), auth.SignInPreferred))
	stop()
	must.Do(t, a.Close(within(t)))
	_ = client.Close()
	r.server.Close()
	if _, err := os.Lstat(h.Socket()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
	kit.Eventually(t, "the end of all goroutines:\n"+ours(), func() bool { return ours() == "" })
}

// ours are the stacks of the program's goroutines, without those of its tests.
func ours() string {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	var found []string
	for _, stack := range strings.Split(string(stacks), "\n\n")[1:] {
		if strings.Contains(stack, "rekey/") && !strings.Contains(stack, "testing.tRunner") {
			found = append(found, stack)
		}
	}
	return strings.Join(found, "\n\n")
}

func TestOneAgentForAHome(t *testing.T) {
	r := newBareRig(t)
	a := must.Get(r.open().Become(t.Context(), "test"))(t)
	if _, err := r.open().Become(t.Context(), "test"); !errors.Is(err, ErrRunning) {
		t.Errorf("a second agent: %v, want %v", err, ErrRunning)
	}
	other := filepath.Join(r.root, "other")
	b := must.Get(r.open(func(o *Options) { o.Dir = other }).Become(t.Context(), "test"))(t)
	b.lock.Unlock()

	// The same home by another name: it is the credential file that counts.
	linked := filepath.Join(r.root, "linked")
	must.Do(t, os.MkdirAll(linked, 0o700))
	must.Do(t, os.Symlink(r.home.AuthPath(), filepath.Join(linked, "auth.json")))
	if _, err := r.open(func(o *Options) { o.Dir = linked }).Become(t.Context(), "test"); !errors.Is(err, ErrRunning) {
		t.Errorf("an agent of a home with the same auth.json: %v, want %v", err, ErrRunning)
	}

	must.Do(t, a.Close(within(t)))
	c := must.Get(r.open().Become(t.Context(), "test"))(t)
	c.lock.Unlock()
}

func TestOneTrayForAHome(t *testing.T) {
	r := newBareRig(t)
	h := r.open()
	held := must.Get(LockTray(h.opts))(t)
	if _, err := LockTray(h.opts); !errors.Is(err, ErrRunning) {
		t.Errorf("a second tray: %v, want %v", err, ErrRunning)
	}
	a := must.Get(h.Become(t.Context(), "test"))(t)
	a.lock.Unlock()
	held.Unlock()
	again := must.Get(LockTray(h.opts))(t)
	again.Unlock()
}

func TestTheLockDiesWithItsProcess(t *testing.T) {
	r := newBareRig(t)
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), heldLock+"="+r.root)
	out := must.Get(child.StdoutPipe())(t)
	must.Do(t, child.Start())
	t.Cleanup(func() { _ = child.Process.Kill(); _ = child.Wait() })
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("the other process says %q", line)
	}
	h := r.open()
	if _, err := h.Become(t.Context(), "test"); !errors.Is(err, ErrRunning) {
		t.Errorf("while the other process lives: %v, want %v", err, ErrRunning)
	}
	must.Do(t, child.Process.Kill())
	_ = child.Wait()
	a := must.Get(h.Become(t.Context(), "test"))(t)
	a.lock.Unlock()
}

// holdLock is the other process.
func holdLock(root string) int {
	h := Open(Options{
		Dir: filepath.Join(root, "codex"), Dirs: dirsBelow(root), Getenv: func(string) string { return "" },
	})
	if _, err := h.Become(context.Background(), "test"); err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("held")
	<-time.After(time.Hour)
	return 0
}

// Reading, which every command begins with, must not wait for a refresh that
// another process has under way, although that one's attempt is in the escrow.
func TestReloadWaitsForNobodysRefresh(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{})
	other := r.open()
	s, _ := other.Manager().Snapshot()
	must.Do(t, errors.Join(other.state.Reserve(other.state.Token(s), time.Now().Add(-time.Minute)), other.state.Sent(other.state.Token(s))))
	unlock := must.Get(store.RefreshLock(r.home.Dir(), safefile.Disk{}, kit.Patience)(t.Context()))(t)
	defer unlock()
	h := Open(r.options())
	defer func() { _ = h.Close(within(t)) }() // it may still be writing
	read := kit.Later(func() error { return h.Reload(t.Context()) })
	if err := kit.Receive(t, "the end of Reload, in spite of the lock", read); err != nil || h.State().Status != auth.StatusHealthy {
		t.Errorf("Reload = %v, the State %+v", err, h.State())
	}
	refreshed := kit.Later(func() error { return h.Refresh(t.Context()) })
	r.wantRefreshes(0)
	unlock()
	if err := <-refreshed; err != nil {
		t.Errorf("Refresh, once the lock is free: %v", err)
	}
	r.wantRefreshes(1)
}

// Close waits for the answer of a refresh, but not for ever.
func TestCloseWaitsForARefresh(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{})
	answer := make(chan struct{})
	r.server.Script(box.Reply{Gate: answer})
	h := r.open()
	before := r.content()
	refreshed := kit.Later(func() error { return h.Refresh(t.Context()) })
	must.Do(t, r.server.WaitForRequests(within(t), 1))
	brief, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Close(brief); !errors.Is(err, context.Canceled) {
		t.Errorf("Close with an ended context = %v", err)
	}
	closed := kit.Later(func() error { return h.Close(within(t)) })
	select {
	case err := <-closed:
		t.Fatalf("Close has not waited: %v", err)
	default:
	}
	close(answer)
	must.Do(t, errors.Join(<-refreshed, <-closed))
	if r.content() == before {
		t.Error("the answer is not in the store")
	}
}

// A home that cannot be looked into is a State, and it is the same home.
func TestAHomeThatCannotBeFollowed(t *testing.T) {
	r := newBareRig(t)
	id := r.open().id
	if err := os.Symlink("auth.json", r.home.AuthPath()); err != nil { // to itself
		t.Fatal(err)
	}
	h := r.open()
	st := h.State()
	if st.Status != auth.StatusUnreadable || !strings.Contains(st.Problem, "leads back to itself") {
		t.Errorf("the State is %+v", st)
	}
	if h.id != id {
		t.Errorf("the home is called %s, and %s when it can be followed", h.id, id)
	}
}
