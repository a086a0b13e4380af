package auth

import (
	"context"
	"slices"
	"sync"
)

// Broadcast delivers values to any number of subscribers. Each sees the newest
// value and may miss older ones. The zero value is ready for use. All
// methods are safe for concurrent use and none waits for a reader.
type Broadcast[T any] struct {
	mu   sync.Mutex // guards everything below
	last T
	any  bool
	subs []chan T // the last is woken first, so a face does not wait for what this process does with a State
}

// Publish makes v the newest value.
func (b *Broadcast[T]) Publish(v T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last, b.any = v, true
	for _, ch := range b.subs {
		replace(ch, v)
	}
}

// replace puts v into a channel of capacity one in place of what is there.
// Only the holder of mu sends, so the second send cannot block.
func replace[T any](ch chan T, v T) {
	select {
	case <-ch:
	default:
	}
	ch <- v
}

// Last returns the newest value; ok is false when there is none yet.
func (b *Broadcast[T]) Last() (v T, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last, b.any
}

// Subscribe returns a channel that always holds the newest value its reader
// has not seen, starting with the current one. It is closed when ctx ends.
func (b *Broadcast[T]) Subscribe(ctx context.Context) <-chan T {
	ch := make(chan T, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.subs = append(b.subs, ch)
	if b.any {
		ch <- b.last
	}
	context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.subs = slices.DeleteFunc(b.subs, func(c chan T) bool { return c == ch })
		close(ch)
	})
	return ch
}
