package usage

import (
	"context"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// memory is a Memory that two services can share, as two processes do.
type memory struct {
	lock chan struct{} // holds one while nobody has the lock

	mu     sync.Mutex // guards everything below
	rec    Record
	rest   Rest
	points []Point
	broken bool
}

func newMemory() *memory {
	m := &memory{lock: make(chan struct{}, 1)}
	m.lock <- struct{}{}
	return m
}

func (m *memory) Lock(ctx context.Context) (func(), error) {
	select {
	case <-m.lock:
		return func() { m.lock <- struct{}{} }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (m *memory) Load() Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rec.clone()
}

func (m *memory) Save(r Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken {
		return os.ErrPermission
	}
	m.rec = r.clone()
	return nil
}

func (m *memory) Rest() Rest {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rest
}

func (m *memory) SetRest(r Rest) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rest = r
	return nil
}

func (m *memory) History(string) []Point {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.points
}

func (m *memory) AddHistory(_ string, points []Point, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.points = append(m.points, points...)
	return nil
}

// world is a service with everything around it. Its clock is the bubble's.
type world struct {
	t *testing.T
	*Service
	memory *memory

	mu        sync.Mutex // guards everything below
	settings  Settings
	who       Asker
	problem   Problem
	recovers  func(*world)
	refreshes int
	answer    func(*world) (Answer, error)
	credits   int      // questions for reset credits
	asked     []string // when the backend was asked, and with what
	told      []Told
}

func newWorld(t *testing.T, m *memory) *world {
	w := &world{t: t, memory: m, settings: Settings{On: true}, who: Asker{Account: "ada", Credentials: "c1", AccountID: "acct-1"}}
	w.answer = func(w *world) (Answer, error) { return Answer{Usage: usedNow(12)}, nil }
	w.recovers = func(*world) {}
	w.Service = NewService(Options{
		Settings: func() Settings { w.mu.Lock(); defer w.mu.Unlock(); return w.settings },
		Asker:    func(context.Context) (Asker, Problem) { w.mu.Lock(); defer w.mu.Unlock(); return w.who, w.problem },
		Recover:  func(context.Context) { w.mu.Lock(); defer w.mu.Unlock(); w.refreshes++; w.recovers(w) },
		Backend:  w, Memory: m, Now: func() time.Time { return time.Now().UTC() },
		Rollouts: func(time.Time) []Told { w.mu.Lock(); defer w.mu.Unlock(); return w.told },
	})
	return w
}

// usedNow is what the backend says now: a window of five hours that began an hour ago.
func usedNow(percent float64) Usage {
	now := time.Now().UTC()
	return Usage{FetchedAt: now, Plan: "plus", Windows: []Window{{
		Limit: MainLimit, Minutes: 300, UsedPercent: &percent, ResetsAt: now.Add(4 * time.Hour), ToldAt: now,
	}}}
}

// Usage implements Backend.
func (w *world) Usage(_ context.Context, who Asker) (Answer, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, time.Now().UTC().Format("2 Jan 15:04:05")+" "+who.Credentials)
	return w.answer(w)
}

// ResetCredits implements Backend.
func (w *world) ResetCredits(context.Context, Asker) (ResetCredits, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.credits++
	return ResetCredits{Available: 2, ExpiresAt: time.Now().UTC().Add(240 * time.Hour)}, nil
}

// change changes the world.
func (w *world) change(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
}

// questions are how often the backend was asked.
func (w *world) questions() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.asked)
}

func (w *world) wantQuestions(what string, want int) {
	w.t.Helper()
	if got := w.questions(); got != want {
		w.t.Errorf("%s: the backend was asked %d times, want %d", what, got, want)
	}
}

// bubble runs f with a clock of its own.
func bubble(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, newWorld(t, newMemory())) })
}
