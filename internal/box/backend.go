package box

import (
	"math"
	"net/http"
	"strings"
	"sync"
	"time"
)

// workspaces is the one call to ChatGPT's backend that Codex 0.169 makes
// before it reports a sign-in as done (docs/codex.md):
// which origin serves the account. The answer is "the usual one".
func (s *Server) workspaces(c *call) {
	bearer, _ := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	account, ok := s.ledger.owner(bearer)
	if !ok {
		c.refuse(http.StatusUnauthorized, "token_invalidated")
		return
	}
	type workspace struct {
		ID      string `json:"id"`
		Origin  string `json:"workspace_backend_origin"`
		Routing string `json:"account_routing_override"`
	}
	c.grant(struct {
		Accounts []workspace `json:"accounts"`
		Ordering []string    `json:"account_ordering"`
		Default  string      `json:"default_account_id"`
	}{
		Accounts: []workspace{{account.AccountID, "https://chatgpt.com", "NO_CONSTRAINT"}},
		Ordering: []string{account.AccountID},
		Default:  account.AccountID,
	})
}

// DefaultUsageWindow is the length of the main limit's first window.
const DefaultUsageWindow = 5 * time.Hour

// usagePaths are where Codex asks for usage, below /backend-api and elsewhere.
const (
	usagePath        = "/backend-api/wham/usage"
	resetCreditsPath = "/backend-api/wham/rate-limit-reset-credits"
)

// meter is what the plan allows and how much of it is used. The first window
// starts with the server, fills evenly, is full after three quarters of its
// time, and starts over at its end. The second is a week, which changes too
// slowly to notice.
type meter struct {
	begun  time.Time
	window time.Duration

	mu     sync.Mutex // guards what follows
	always Reply      // in place of the true answer, unless it is zero
}

// AnswerUsage answers every question for usage with this reply until it is set
// again. The zero Reply is the true answer.
func (s *Server) AnswerUsage(r Reply) {
	s.meter.mu.Lock()
	defer s.meter.mu.Unlock()
	s.meter.always = r
}

// UsageRequests counts the questions for usage.
func (s *Server) UsageRequests() int {
	return s.count(func(r Request) bool { return r.Endpoint == usagePath })
}

// usageWindow is a window as the backend writes it (Notes on Codex).
type usageWindow struct {
	UsedPercent int   `json:"used_percent"`
	Seconds     int64 `json:"limit_window_seconds"`
	ResetAfter  int64 `json:"reset_after_seconds"`
	ResetAt     int64 `json:"reset_at"`
}

// at returns a window of the given length that began at begun and is used to
// the given percentage.
func (m *meter) at(now, begun time.Time, length time.Duration, used float64) usageWindow {
	end := begun.Add(length)
	return usageWindow{
		UsedPercent: int(math.Min(100, math.Floor(used))), Seconds: int64(math.Ceil(length.Seconds())),
		ResetAfter: int64(math.Ceil(end.Sub(now).Seconds())), ResetAt: int64(math.Ceil(float64(end.UnixNano()) / 1e9)),
	}
}

// windows are both, as they are now.
func (m *meter) windows(now time.Time) (first, second usageWindow) {
	gone := now.Sub(m.begun)
	begun := m.begun.Add(gone / m.window * m.window)
	used := now.Sub(begun).Seconds() / m.window.Seconds() * 100 * 4 / 3
	const week = 7 * 24 * time.Hour
	return m.at(now, begun, m.window, used), m.at(now, now.Add(-week/4), week, 31)
}

// usage answers GET …/wham/usage.
func (s *Server) usage(c *call) {
	account, ok := s.asker(c)
	if !ok {
		return
	}
	first, second := s.meter.windows(c.now)
	full := first.UsedPercent >= 100
	c.grant(map[string]any{
		"user_id": account.UserID, "account_id": account.AccountID, "email": account.Email, "plan_type": account.Plan,
		"rate_limit": map[string]any{
			"allowed": !full, "limit_reached": full, "primary_window": first, "secondary_window": second,
		},
		"additional_rate_limits":   nil,
		"credits":                  map[string]any{"has_credits": false, "unlimited": false, "balance": "0"},
		"rate_limit_reset_credits": map[string]int{"available_count": 1},
	})
}

// resetCredits answers GET …/wham/rate-limit-reset-credits.
func (s *Server) resetCredits(c *call) {
	if _, ok := s.asker(c); !ok {
		return
	}
	c.grant(map[string]any{"available_count": 1, "credits": []map[string]any{{
		"id": "reset-1", "reset_type": "codex_rate_limits", "status": "available", "title": "One more reset", "description": nil,
		"granted_at": s.meter.begun.UTC().Format(time.RFC3339), "expires_at": s.meter.begun.AddDate(0, 1, 0).UTC().Format(time.RFC3339),
	}}})
}

// asker returns the account of the access token. If there is none, or the
// answer is scripted, it answers the call and returns false.
func (s *Server) asker(c *call) (Account, bool) {
	s.meter.mu.Lock()
	scripted := s.meter.always
	s.meter.mu.Unlock()
	if scripted.Status != 0 {
		c.ended(OutcomeScripted)
		if scripted.hold(c.r.Context()) {
			scripted.write(c.w)
		}
		return Account{}, false
	}
	bearer, _ := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	account, ok := s.ledger.owner(bearer)
	if !ok {
		c.refuse(http.StatusUnauthorized, "token_invalidated")
	}
	return account, ok
}
