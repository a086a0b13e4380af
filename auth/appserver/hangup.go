package appserver

import "time"

// within hangs up, for the reason why, unless stop is called before limit has
// passed. No limit is none.
func (w *wire) within(limit time.Duration, why error) (stop func()) {
	if limit == 0 {
		return func() {}
	}
	timer := time.AfterFunc(limit, func() { _ = w.hangUp(why) })
	return func() { timer.Stop() }
}

// Close implements channel.Channel. It waits for no reader and no writer.
func (w *wire) Close() error { return w.hangUp(nil) }

// hangUp closes the connection. The first to do so says why.
func (w *wire) hangUp(why error) error {
	w.mu.Lock()
	select {
	case <-w.hung:
		w.mu.Unlock()
		return nil
	default:
	}
	w.why = why
	close(w.hung)
	w.mu.Unlock()
	w.ledger.close()
	return w.conn.Close()
}

// reason is why this side has hung up, nil where it has not or for no reason
// of the peer's.
func (w *wire) reason() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.why
}

// introduced says that the client has said who it is.
func (w *wire) introduced() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.known = true
}

// isKnown reports whether it has.
func (w *wire) isKnown() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.known
}
