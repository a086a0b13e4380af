package auth

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// answer is what the fake authority says to one request.
type answer struct {
	tokens TokenResponse
	err    error
}

// fakeAuthority answers the n-th request with the n-th answer; the last one
// repeats for ever.
type fakeAuthority struct {
	journal *journal
	asked   chan struct{} // receives one value per request, as far as there is room

	mu      sync.Mutex // guards everything below
	answers []answer
	sent    []RefreshRequest
	hold    chan struct{} // if set, answers wait until it is closed
	revoked []string      // "hint token"
	down    error         // of Revoke
}

func (f *fakeAuthority) Refresh(ctx context.Context, req RefreshRequest) (TokenResponse, error) {
	f.journal.add("send")
	f.mu.Lock()
	f.sent = append(f.sent, req)
	n, hold := min(len(f.sent), len(f.answers)), f.hold
	f.mu.Unlock()
	select {
	case f.asked <- struct{}{}:
	default:
	}
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return TokenResponse{}, &RefreshError{AnswerLost: true, Err: ctx.Err()}
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if n == 0 {
		return TokenResponse{}, &RefreshError{Err: errors.New("the fake has no answer")}
	}
	return f.answers[n-1].tokens, f.answers[n-1].err
}

func (f *fakeAuthority) Revoke(_ context.Context, token Secret, hint string) error {
	f.journal.add("revoke")
	f.mu.Lock()
	defer f.mu.Unlock()
	f.revoked = append(f.revoked, hint+" "+token.Reveal())
	return f.down
}

// requests are the refreshes asked for so far.
func (f *fakeAuthority) requests() []RefreshRequest {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.sent)
}

// then sets the answers from the next request on.
func (f *fakeAuthority) then(answers ...answer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers = append(slices.Repeat([]answer{{}}, len(f.sent)), answers...)
}

// block makes every request from now on wait until release is called.
func (f *fakeAuthority) block() (release func()) {
	hold := make(chan struct{})
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hold = hold
	return sync.OnceFunc(func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.hold = nil
		close(hold)
	})
}
