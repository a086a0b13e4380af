package box

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"
)

// The outcomes of a request that are not the code of a refusal.
const (
	OutcomePending  = "pending"  // not answered yet
	OutcomeOK       = "ok"       // granted
	OutcomeScripted = "scripted" // answered by a Reply with a status of its own
	OutcomeDropped  = "dropped"  // the connection was closed without an answer
)

// Request is one request that reached the server.
type Request struct {
	// At is when it arrived, and Ended when its Outcome was known, by the server's
	// clock. Ended is zero before.
	At, Ended time.Time
	// Method is the HTTP method.
	Method string
	// Endpoint is the path, for example "/oauth/token".
	Endpoint string
	// Grant is grant_type as the client sent it, "" at endpoints that have none.
	Grant string
	// ClientID is what the client called itself.
	ClientID string
	// RefreshToken is the number of the refresh token that was presented, 1
	// for the first one this server issued, 0 for none or an unknown one.
	RefreshToken int
	// Reason is refresh_reason, which Codex 0.169 and later sends.
	Reason string
	// Header is that of the request.
	Header http.Header
	// Body is what was sent, "" unless Answer's function answered.
	Body string
	// Outcome is one of the Outcome constants or the code of the refusal.
	Outcome string
}

// journal writes requests down in the order of their arrival.
type journal struct {
	now func() time.Time

	mu       sync.Mutex // guards all below
	requests []Request
	changed  chan struct{} // closed, and replaced, at every change
}

func newJournal(now func() time.Time) *journal {
	return &journal{now: now, changed: make(chan struct{})}
}

// arrived adds a request and returns its place.
func (j *journal) arrived(r Request) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.requests = append(j.requests, r)
	j.announce()
	return len(j.requests) - 1
}

// ended notes what became of the request at the place.
func (j *journal) ended(place int, outcome string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.requests[place].Outcome, j.requests[place].Ended = outcome, j.now()
	j.announce()
}

// announce wakes those who wait; j.mu is held.
func (j *journal) announce() {
	close(j.changed)
	j.changed = make(chan struct{})
}

// look returns the requests so far and a channel that is closed at the next
// change.
func (j *journal) look() ([]Request, <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.requests), j.changed
}

func (j *journal) wait(ctx context.Context, until func([]Request) bool) error {
	for {
		requests, changed := j.look()
		if until(requests) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Requests returns every request so far in the order of arrival.
func (s *Server) Requests() []Request {
	requests, _ := s.journal.look()
	return requests
}

// WaitForRequests waits until at least n requests have arrived, answered or
// not. If ctx is done first, it returns its cause.
func (s *Server) WaitForRequests(ctx context.Context, n int) error {
	return s.journal.wait(ctx, func(all []Request) bool { return len(all) >= n })
}

// WaitUntil waits until the condition holds for the requests so far; it is
// checked after every arrival and every answer.
func (s *Server) WaitUntil(ctx context.Context, condition func([]Request) bool) error {
	return s.journal.wait(ctx, condition)
}

// Refreshes counts the refreshes that have arrived.
func (s *Server) Refreshes() int {
	return s.count(func(r Request) bool { return r.Grant == GrantRefresh })
}

// Reused counts the refreshes with a refresh token that was already spent.
func (s *Server) Reused() int {
	return s.count(func(r Request) bool { return r.Outcome == CodeReused })
}

func (s *Server) count(match func(Request) bool) (n int) {
	for _, r := range s.Requests() {
		if match(r) {
			n++
		}
	}
	return n
}
