package promises_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"rekey/auth"
	"rekey/auth/agent"
	"rekey/internal/box"
)

const (
	// perSecond is how often the file is rewritten.
	perSecond = 100
	// readable is how long content may be half written before it counts as
	// unreadable: the sum of the pauses before it is read again.
	readable = 750 * time.Millisecond
	// growth is how much more memory may be in use at the end.
	growth = 1 << 20
)

// A file that is rewritten a hundred times a second, half of the times in place
// with half of it missing for a while: every State is that of a content that was
// really written, and nothing piles up. It is not parallel, because it counts
// the goroutines and the memory of the whole process.
func TestStoreUnderFire(t *testing.T) {
	length := 10 * time.Second
	if soak() {
		length = time.Minute
	}
	w := newWorld(t)
	f := &fire{world: w, began: time.Now().UTC().Truncate(time.Second)}
	f.write(0)
	goroutines := runtime.NumGoroutine()

	home := agent.Open(w.Options())
	a, err := home.Become(w.ctx, "0")
	w.must(err)
	w.must(a.Manager().Reload(w.ctx))
	ctx, stop := context.WithCancel(w.ctx)
	var running sync.WaitGroup
	running.Go(func() {
		if err := a.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	seen := 0
	running.Go(func() {
		for s := range a.Subscribe(ctx) {
			f.check(s)
			seen++
		}
	})
	f.shoot(length / 4)
	before := inUse()
	f.shoot(length - length/4)
	after := inUse()
	w.until("the State is that of the last content", func() bool { return f.number(a.State()) == f.last() })
	stop()
	running.Wait()
	w.must(a.Close(w.ctx))

	w.until("every goroutine has ended", func() bool { return runtime.NumGoroutine() <= goroutines })
	if after > before+growth {
		t.Errorf("%d KiB in use after a quarter of the time, %d KiB at its end", before>>10, after>>10)
	}
	if seen < 10 {
		t.Errorf("only %d States were seen", seen)
	}
	w.wantRequests(0)
	t.Logf("%d contents, %d States, %d KiB in use and then %d KiB", f.last()+1, seen, before>>10, after>>10)
}

// fire writes the contents. Each has a number, which is in the ID token and in
// the access token.
type fire struct {
	*world
	began time.Time

	mu      sync.Mutex // guards everything below
	written int        // the number of the newest content
	half    time.Time  // since when it is half written, zero when it is whole
	stalled bool       // some content was half for so long that it was unreadable
}

// content number n: n is in the address, and in seconds in the access token's end.
func (f *fire) content(n int) []byte {
	who := box.Ada()
	who.Email = fmt.Sprintf("ada%d@example.com", n)
	return box.AuthJSON(box.WithAccount(who), box.WithIssued(f.began),
		box.WithExpiry(f.began.Add(life+time.Duration(n)*time.Second)))
}

// number is the content that a State speaks of, -1 for none.
func (f *fire) number(s auth.State) int {
	n := int(s.ExpiresAt.Sub(f.began.Add(life)) / time.Second)
	if s.Email != fmt.Sprintf("ada%d@example.com", n) {
		return -1
	}
	return n
}

// check: the State is that of a content that was written, or is being written.
func (f *fire) check(s auth.State) {
	n := f.number(s)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stalled = f.stalled || !f.half.IsZero() && time.Since(f.half) >= readable
	if f.stalled && s.Status == auth.StatusUnreadable {
		return // this machine has stood still
	}
	if n < 0 || n > f.written || s.Status != auth.StatusHealthy {
		f.t.Errorf("content %d is the newest, and a State says %s, %s, until %v: %s",
			f.written, s.Status, s.Email, s.ExpiresAt, s.Problem)
	}
}

// shoot rewrites the file for a while. A write that comes too late makes the
// next one come sooner.
func (f *fire) shoot(length time.Duration) {
	f.t.Helper()
	began := time.Now()
	for i := range int(length / (time.Second / perSecond)) {
		select {
		case <-time.After(time.Until(began.Add(time.Duration(i) * time.Second / perSecond))):
			f.write(f.last() + 1)
		case <-f.ctx.Done():
			f.t.Fatal(context.Cause(f.ctx))
		}
	}
}

// write writes content n: the even ones by renaming, as Codex does, the odd ones
// in place and in two parts, as Codex before 0.169 and editors do.
func (f *fire) write(n int) {
	f.t.Helper()
	f.mu.Lock()
	f.written = n // from now on it may be read
	f.mu.Unlock()
	content := f.content(n)
	if n%2 == 0 {
		f.must(f.Home.Replace(content))
		return
	}
	f.setHalf(time.Now())
	f.must(f.halves(content))
	f.setHalf(time.Time{})
}

// setHalf notes since when the content is half written.
func (f *fire) setHalf(since time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stalled = f.stalled || !f.half.IsZero() && time.Since(f.half) >= readable
	f.half = since
}

// halves writes in place, and lets others look at the first half.
func (f *fire) halves(content []byte) error {
	file, err := os.OpenFile(f.Home.AuthPath(), os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.Write(content[:len(content)/2]); err != nil {
		return err
	}
	<-time.After(time.Second / perSecond / 3)
	_, err = file.Write(content[len(content)/2:])
	return err
}

func (f *fire) last() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.written
}

// inUse is the memory in use after everything else was collected.
func inUse() uint64 {
	runtime.GC()
	runtime.GC() // the second collects what the first has found to be unused pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
