package appserver

import (
	"context"
	"errors"
	"sync"
	"time"

	"rekey/auth"
)

// short remembers that no token lived for as long as a client asked for, so
// that who asks again and again does not spend a refresh token each time. The
// zero value is ready for use; all methods are safe for concurrent use.
type short struct {
	mu   sync.Mutex // guards everything below
	told *auth.ShortLivedError
	at   time.Time
	left *auth.Snapshot // whose token it was
}

// token asks home for a token, unless within spacing the newest one has turned
// out to live for too short.
func (s *short) token(ctx context.Context, home Home, atLeast, spacing time.Duration) (auth.AccessToken, error) {
	if told := s.known(home, atLeast, spacing); told != nil {
		return auth.AccessToken{}, told
	}
	t, err := home.Token(ctx, atLeast)
	var told *auth.ShortLivedError
	if errors.As(err, &told) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.told, s.at = told, time.Now()
		s.left, _ = home.Manager().Snapshot()
	}
	return t, err
}

// known returns what was told of the token that is cached now, nil for nothing
// that holds for this request.
func (s *short) known(home Home, atLeast, spacing time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.told == nil || time.Since(s.at) >= spacing || atLeast < s.told.Wanted {
		return nil
	}
	if now, _ := home.Manager().Snapshot(); !now.Equal(s.left) {
		return nil
	}
	return &auth.ShortLivedError{Left: max(0, s.told.Left-time.Since(s.at)), Wanted: atLeast}
}
