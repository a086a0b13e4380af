package lend

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"
)

// Five hundred loans of one owner, seven of them dead, two seconds for each visit:
// one wave after another goes to eight at a time, the dead do not hold up the rest,
// and nothing grows.
func TestFiveHundred(t *testing.T) {
	const (
		loans, dead, waves = 500, 7, 3
		visit              = 2 * time.Second
	)
	name := func(i int) string { return fmt.Sprintf("box-%03d", i) }
	isDead := func(i int) bool { return i%70 == 0 && i/70 < dead }
	in(t, func(t *testing.T, w *world) {
		w.lend("box")
		one := w.loan()
		if err := w.lender.Book.change(func([]Loan) (all []Loan) {
			for i := range loans {
				l := one
				l.ID, l.Name, l.Command = fmt.Sprintf("id-%d", i), name(i), []string{name(i)}
				all = append(all, l)
				w.put(l.Name, "rekey-loan:v1:"+l.ID+`"`)
			}
			return all
		}); err != nil {
			t.Fatal(err)
		}
		w.mu.Lock()
		w.slow = visit
		for i := range loans {
			if isDead(i) {
				w.fails[name(i)] = context.DeadlineExceeded
			}
		}
		w.mu.Unlock()
		var heap [waves + 1]uint64
		for wave := 1; wave <= waves; wave++ {
			w.mu.Lock()
			clear(w.visits)
			w.max, w.last = 0, time.Time{}
			w.mu.Unlock()
			began := time.Now()
			w.refresh(wave + 1)
			time.Sleep(4 * time.Minute)
			w.quiet()
			visits, most := 0, runtime.NumGoroutine()
			for i := range loans {
				if !isDead(i) {
					w.holding(name(i), wave+1)
					n, _ := w.counted(name(i))
					visits += n
				}
			}
			heap[wave] = heapNow()
			w.mu.Lock()
			took, together := w.last.Sub(began), w.max
			w.mu.Unlock()
			t.Logf("wave %d: %v, %d at a time, %d visits to the %d that live; heap %d kB, %d goroutines",
				wave, took, together, visits, loans-dead, heap[wave]>>10, most)
			// All dead hold a place for errandLimit, once each, before the others are done.
			if limit := (loans*visit+dead*errandLimit)/atOnce + errandLimit; took > limit {
				t.Errorf("wave %d took %v, at most %v", wave, took, limit)
			}
			if together != atOnce || visits != loans-dead {
				t.Errorf("%d at a time, want %d; %d visits, want %d", together, atOnce, visits, loans-dead)
			}
			time.Sleep(56 * time.Minute)
		}
		if heap[waves] > heap[2]+1<<20 {
			t.Errorf("the heap grew from %d kB to %d kB", heap[2]>>10, heap[waves]>>10)
		}
		if info, err := os.Stat(w.lender.Book.path); err == nil {
			t.Logf("the file of the loans: %d kB", info.Size()>>10)
		}
	})
}

// heapNow is how many bytes of the heap are in use.
func heapNow() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
