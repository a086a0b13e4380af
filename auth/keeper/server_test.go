package keeper

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"rekey/auth"
	"rekey/internal/box"
)

// weather is how the network and the authorization server behave.
type weather string

const (
	fine        weather = "refreshed"
	offline     weather = "offline"
	down        weather = "503"
	busy        weather = "429"
	lostBefore  weather = "lost on the way"  // the server has seen nothing
	lostAfter   weather = "lost on the back" // the server has redeemed the token
	unexplained weather = "401"
)

// latency is how long the server takes.
const latency = 200 * time.Millisecond

// server is an authorization server whose refresh tokens are single use. It
// writes down every request with the true time.
type server struct {
	clock *fakeClock

	mu         sync.Mutex // guards everything below
	weather    weather
	life       time.Duration // of access tokens; 0: opaque ones
	retryAfter time.Duration // of busy
	issued     int
	good       string // the refresh token that is good
	requests   []request
}

// request is one refresh as the server saw it, or as the network lost it.
type request struct {
	at      time.Time
	outcome string
	reason  auth.RefreshReason
}

func (r request) String() string { return r.at.Format("Mon 02 15:04:05 ") + r.outcome }

// Refresh implements auth.Authority.
func (s *server) Refresh(_ context.Context, req auth.RefreshRequest) (auth.TokenResponse, error) {
	at := s.clock.True()
	time.Sleep(latency)
	s.mu.Lock()
	defer s.mu.Unlock()
	outcome := string(s.weather)
	answer, err := s.answer(req.RefreshToken.Reveal(), at)
	if re, ok := errors.AsType[*auth.RefreshError](err); ok && re.Reason != "" {
		outcome = string(re.Reason)
	}
	s.requests = append(s.requests, request{at, outcome, req.Reason})
	return answer, err
}

func (s *server) answer(token string, at time.Time) (auth.TokenResponse, error) {
	var none auth.TokenResponse
	switch s.weather {
	case offline:
		return none, &auth.RefreshError{Err: errors.New("no route to host")}
	case down:
		return none, &auth.RefreshError{Status: 503}
	case busy:
		return none, &auth.RefreshError{Status: 429, RetryAfter: s.retryAfter}
	case lostBefore:
		return none, &auth.RefreshError{AnswerLost: true}
	case unexplained:
		return none, &auth.RefreshError{Permanent: true, Reason: auth.ReasonUnauthorized, Status: 401}
	}
	if token != s.good {
		return none, &auth.RefreshError{Permanent: true, Reason: auth.ReasonReused, Status: 401}
	}
	access, refresh := s.mint(at)
	if s.weather == lostAfter {
		return none, &auth.RefreshError{AnswerLost: true}
	}
	a, r := auth.NewSecret(access), auth.NewSecret(refresh)
	return auth.TokenResponse{AccessToken: &a, RefreshToken: &r}, nil
}

// mint makes the next tokens. The mutex is held.
func (s *server) mint(at time.Time) (access, refresh string) {
	s.issued++
	access = fmt.Sprintf("opaque-access-%d", s.issued)
	if s.life > 0 {
		access = box.JWT(map[string]any{
			"iat": at.Unix(), "exp": at.Add(s.life).Unix(), "jti": s.issued,
		})
	}
	s.good = fmt.Sprintf("fake-refresh-%d", s.issued)
	return access, s.good
}

// Revoke implements auth.Authority.
func (*server) Revoke(context.Context, auth.Secret, string) error { return nil }

// signIn returns the auth.json of a new sign-in.
func (s *server) signIn() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.clock.True()
	access, refresh := s.mint(at)
	return box.AuthJSON(box.WithIssued(at),
		box.WithTokens(box.Tokens{AccessToken: access, RefreshToken: refresh}))
}

// turn changes the weather.
func (s *server) turn(w weather) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.weather = w
}

// seen returns the requests so far and forgets them.
func (s *server) seen() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.Clone(s.requests)
	s.requests = nil
	return all
}
