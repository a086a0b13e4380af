package appserver

import (
	"io"
	"sync"
)

// ledger counts a connection's requests that have been read and not answered.
// All methods are safe for concurrent use.
type ledger struct {
	limit int // of requests under way, 0 for none

	mu      sync.Mutex        // guards everything below
	changed *sync.Cond        // told when an answer goes out, and when closed
	open    map[string][]debt // by id, which a client may use more than once
	all     int               // requests under way; a long one counts as many as there may be
	ordered int               // those of Codex's methods among them
	closed  bool
}

// debt is one answer that is owed.
type debt struct {
	size    int
	ordered bool
	paid    func()
}

func newLedger(limit int) *ledger {
	l := &ledger{limit: limit, open: make(map[string][]debt)}
	l.changed = sync.NewCond(&l.mu)
	return l
}

// owe waits until there is room and notes that an answer is due. paid is called
// when it goes out or never will. A request that came in a long line has the
// connection to itself.
func (l *ledger) owe(id string, ordered, long bool, paid func()) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	size := 1
	if long && l.limit > 0 {
		size = l.limit
	}
	for l.limit > 0 && l.all+size > l.limit && !l.closed {
		l.changed.Wait()
	}
	if l.closed {
		paid()
		return io.ErrClosedPipe
	}
	l.open[id] = append(l.open[id], debt{size, ordered, paid})
	l.all += size
	if ordered {
		l.ordered++
	}
	return nil
}

// pay notes that the answer to a request goes out.
func (l *ledger) pay(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	debts := l.open[id]
	if len(debts) == 0 {
		return // not one that is waited for
	}
	first := debts[0]
	first.paid()
	l.all -= first.size
	if first.ordered {
		l.ordered--
	}
	if l.open[id] = debts[1:]; len(debts) == 1 {
		delete(l.open, id)
	}
	l.changed.Broadcast()
}

// settle waits until every request of Codex's methods has been answered: a
// client may close its side and still read.
func (l *ledger) settle() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.ordered > 0 && !l.closed {
		l.changed.Wait()
	}
}

// close ends all waiting: nothing is answered any more.
func (l *ledger) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for _, debts := range l.open {
		for _, d := range debts {
			d.paid()
		}
	}
	l.open = nil
	l.changed.Broadcast()
}
