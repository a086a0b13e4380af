package auth

import (
	"context"
	"sync"
	"testing"
)

// TestBroadcast: every subscriber sees the newest value, and none holds up
// another.
func TestBroadcast(t *testing.T) {
	var b Broadcast[int]
	if _, ok := b.Last(); ok {
		t.Error("a value before the first")
	}
	early := b.Subscribe(t.Context())
	select {
	case v := <-early:
		t.Errorf("received %d before the first", v)
	default:
	}
	for v := range 10 {
		b.Publish(v)
	}
	late := b.Subscribe(t.Context())
	for name, ch := range map[string]<-chan int{"early": early, "late": late} {
		if got := <-ch; got != 9 {
			t.Errorf("%s subscriber sees %d, want the newest", name, got)
		}
	}
	if v, ok := b.Last(); v != 9 || !ok {
		t.Errorf("Last = %d, %t", v, ok)
	}
}

// TestBroadcastAmongMany: publishers, readers and leavers at the same time;
// values never go backwards and the last one arrives.
func TestBroadcastAmongMany(t *testing.T) {
	const values = 1000
	var (
		b       Broadcast[int]
		readers sync.WaitGroup
	)
	for i := range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		ch := b.Subscribe(ctx)
		readers.Go(func() {
			last := -1
			for v := range ch {
				if v <= last {
					t.Errorf("%d after %d", v, last)
				}
				if last = v; v == values || i%2 == 0 && v > values/2 {
					cancel() // closes ch
				}
			}
			if i%2 == 1 && last != values {
				t.Errorf("the last value seen is %d", last)
			}
		})
	}
	for v := range values + 1 {
		b.Publish(v)
	}
	readers.Wait()
}

// TestMemory tests the Memory of a Manager without files.
func TestMemory(t *testing.T) {
	m := newInMemory()
	if _, ok := m.Lookup("a"); ok {
		t.Error("a refusal nobody recorded")
	}
	_ = m.Record(Refusal{Fingerprint: "a", Reason: ReasonReused})
	if r, ok := m.Lookup("a"); !ok || r.Reason != ReasonReused {
		t.Errorf("Lookup = %+v, %t", r, ok)
	}
	if _, ok, _ := m.Held(); ok {
		t.Error("the escrow is not empty at first")
	}
	_ = m.Sent("a") // of what was not reserved: nothing
	_ = m.Reserve("a", noon)
	_ = m.Sent("b")
	_ = m.Keep("b", refreshed("2").tokens)
	_ = m.Clear("b")
	if e, ok, _ := m.Held(); !ok || e.Redeemed != "a" || e.Sent || e.Answer != nil || !e.At.Equal(noon) {
		t.Errorf("Held = %+v, %t; want the untouched reservation", e, ok)
	}
	_ = m.Sent("a")
	_ = m.Keep("a", refreshed("2").tokens)
	if e, _, _ := m.Held(); !e.Sent || e.Answer == nil {
		t.Errorf("Held = %+v", e)
	}
	if err := m.Reserve("b", noon); err == nil {
		t.Error("an answer that is still held for other credentials is overwritten")
	}
	_ = m.Clear("a")
	if _, ok, _ := m.Held(); ok {
		t.Error("the escrow is not empty at last")
	}
}
