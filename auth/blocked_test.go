package auth

import (
	"testing"
	"testing/synctest"
	"time"
)

// slowMemory is a Memory on a slow disk or keyring.
type slowMemory struct {
	Memory
	takes time.Duration
}

func (m slowMemory) Lookup(f string) (Refusal, bool) { time.Sleep(m.takes); return m.Memory.Lookup(f) }
func (m slowMemory) Record(r Refusal) error          { time.Sleep(m.takes); return m.Memory.Record(r) }
func (m slowMemory) LastAttempt(f string) (AttemptRecord, bool) {
	time.Sleep(m.takes)
	return m.Memory.LastAttempt(f)
}
func (m slowMemory) RecordAttempt(r AttemptRecord) error {
	time.Sleep(m.takes)
	return m.Memory.RecordAttempt(r)
}
func (m slowMemory) ClaimNotice(id string) (bool, error) {
	time.Sleep(m.takes)
	return m.Memory.ClaimNotice(id)
}
func (m slowMemory) Reserve(f string, at time.Time) error {
	time.Sleep(m.takes)
	return m.Memory.Reserve(f, at)
}
func (m slowMemory) Sent(f string) error { time.Sleep(m.takes); return m.Memory.Sent(f) }
func (m slowMemory) Keep(f string, a TokenResponse) error {
	time.Sleep(m.takes)
	return m.Memory.Keep(f, a)
}
func (m slowMemory) Held() (EscrowEntry, bool, error) { time.Sleep(m.takes); return m.Memory.Held() }
func (m slowMemory) Clear(f string) error             { time.Sleep(m.takes); return m.Memory.Clear(f) }

// TestStateWaitsForNothing: while every step of a refusal and of a concurrent
// reload blocks in the memory for ten seconds, the State and its setters keep
// working.
func TestStateWaitsForNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, chatGPT(), func(o *Options) { o.Memory = slowMemory{o.Memory, 10 * time.Second} })
		r.authority.then(refused(ReasonReused))
		done := make(chan error, 2)
		go func() { done <- r.Refresh(t.Context(), RefreshForced) }()
		go func() {
			time.Sleep(time.Second)
			r.store.put(rotated())
			done <- r.Reload(t.Context())
		}()
		states := r.Subscribe(t.Context())
		<-states
		on := false
		for range 120 { // seconds: longer than everything takes
			start := time.Now()
			on = !on
			r.SetPreferences(KeepFresh(on))
			if st := <-states; st.KeepFresh != on || r.State().KeepFresh != on {
				t.Fatalf("the State does not go on: %+v", st)
			}
			_, _ = r.Snapshot()
			_ = r.Facts()
			if waited := time.Since(start); waited != 0 {
				t.Fatalf("it took %v to say that a preference has changed", waited)
			}
			time.Sleep(time.Second)
			synctest.Wait()
		}
		<-done
		<-done
		r.wantCached("refresh-other")
	})
}
