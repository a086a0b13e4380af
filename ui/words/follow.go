package words

import (
	"context"
	"time"

	"rekey/auth"
)

// Follow calls show with the newest State at once and again whenever the State
// or the words about it change, and whenever look is received from: a face
// that is being opened asks for true words that way, for timers stand still
// while the machine sleeps. There is one timer, set to NextChange, and none
// when only a new State can change the words.
//
// show is called on the caller's goroutine, with the wall clock in the local
// zone. Follow returns when ctx ends or states is closed. look may be nil.
func Follow(ctx context.Context, states <-chan auth.State, look <-chan struct{}, show func(auth.State, time.Time)) {
	timer := time.NewTimer(0)
	timer.Stop()
	defer timer.Stop()
	var state auth.State
	known := false
	for {
		select {
		case <-ctx.Done():
			return
		case next, ok := <-states:
			if !ok {
				return
			}
			state, known = next, true
		case <-timer.C:
		case <-look:
		}
		if !known {
			continue
		}
		now := time.Now()
		show(state, now)
		timer.Stop()
		if next := NextChange(state, now); !next.IsZero() {
			timer.Reset(time.Until(next))
		}
	}
}
