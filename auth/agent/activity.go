package agent

import (
	"context"
	"slices"
	"sync"

	"rekey/auth"
	"rekey/auth/memory"
	"rekey/internal/fault"
)

// timeline writes the Manager's activities without holding it up: those that
// come while the disk is busy go with the next write.
type timeline struct {
	state   *memory.Memory
	written func(newest auth.Activity, err error) // called after each write

	mu      sync.Mutex      // guards everything below
	waiting []auth.Activity // not on disk yet
	writing bool            // a goroutine is writing
	work    sync.WaitGroup
}

// add queues an activity. It does not block.
func (t *timeline) add(a auth.Activity) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting = append(t.waiting, a)
	if !t.writing {
		t.writing = true
		t.work.Go(t.write)
	}
}

// write writes until nothing waits.
func (t *timeline) write() {
	for {
		t.mu.Lock()
		batch := t.waiting
		if len(batch) == 0 {
			t.writing = false
			t.mu.Unlock()
			return
		}
		t.mu.Unlock()
		err := t.state.AddActivities(batch)
		t.mu.Lock()
		t.waiting = slices.Clone(t.waiting[len(batch):])
		t.mu.Unlock()
		t.written(batch[len(batch)-1], err)
	}
}

// list returns the recent activities, oldest first.
func (t *timeline) list() ([]auth.Activity, error) {
	t.mu.Lock()
	waiting := slices.Clone(t.waiting)
	t.mu.Unlock()
	kept, err := t.state.Activities()
	for _, a := range waiting {
		kept = auth.AppendActivity(kept, a)
	}
	return kept, err
}

// wait waits until nothing is being written.
func (t *timeline) wait() { t.work.Wait() }

// activityWritten puts the newest activity into the State.
func (h *Home) activityWritten(newest auth.Activity, err error) {
	if err != nil {
		h.opts.Log.Warn("cannot write the recent activity", "error", err)
	}
	h.manager.SetLastActivity(newest.At)
}

// loadActivity shows the newest activity of earlier processes in the State.
func (h *Home) loadActivity() {
	list, err := h.timeline.list()
	if err != nil {
		h.opts.Log.Warn("cannot read the recent activity", "error", err)
	}
	if n := len(list); n > 0 {
		h.manager.SetLastActivity(list[n-1].At)
	}
}

// Activity returns the recent activities, oldest first.
func (h *Home) Activity(context.Context) ([]auth.Activity, error) {
	list, err := h.timeline.list()
	if err != nil {
		return nil, fault.New("no_activity", "the recent activity cannot be read")
	}
	return list, nil
}
