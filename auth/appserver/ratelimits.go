package appserver

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"rekey/auth"
	"rekey/auth/appserver/ratelimits"
	"rekey/usage"
)

type rateLimitsUpdated struct {
	RateLimits ratelimits.Snapshot `json:"rateLimits"`
}

// rateLimits answers account/rateLimits/read.
func (c *conn) rateLimits(ctx context.Context, params json.RawMessage) (any, error) {
	details, err := wantsDetails(params)
	if err != nil {
		return nil, err
	}
	held := c.server.Home.Manager()
	s, _ := held.Snapshot()
	if c.server.AsCodex {
		held.Use(ctx)
		s, _ = held.Use(ctx) // tries to refresh stale credentials twice, as Codex does
	}
	switch s.Kind() {
	case auth.KindChatGPT, auth.KindExternalTokens:
	case auth.KindNone, auth.KindPersonalToken, auth.KindAgentIdentity: // the latter two are not verified here
		return nil, invalid("codex account authentication required to read rate limits")
	default:
		return nil, invalid("chatgpt authentication required to read rate limits")
	}
	account, _ := s.AccountID()
	if c.server.AsCodex {
		return c.rateLimitsAsCodex(ctx, s, details)
	}
	u, err := c.server.Home.LookAtUsage(ctx)
	if err != nil {
		return nil, err
	}
	u = u.At(time.Now())
	if !u.Known() && (u.Problem != "" || u.FetchedAt.IsZero()) {
		return nil, fmt.Errorf("failed to fetch codex rate limits: %s", cmp.Or(u.Problem, "unknown"))
	}
	return ratelimits.From(u, account), nil
}

func (c *conn) rateLimitsAsCodex(ctx context.Context, s *auth.Snapshot, details bool) (any, error) {
	account, _ := s.AccountID()
	body, resetCredits, err := c.server.Home.AskUsage(ctx, s, details)
	if err != nil {
		return nil, fmt.Errorf("failed to fetch codex rate limits: %w", err)
	}
	result, err := ratelimits.Read(ratelimits.Answers{
		Usage: body, ResetCredits: resetCredits, UserID: s.Claims().UserID, AccountID: account, FedRAMP: s.Claims().FedRAMP,
	})
	if err != nil {
		return nil, fmt.Errorf("failed to fetch codex rate limits: %w", err)
	}
	return result, nil
}

// wantsDetails reads the params, which may be missing.
func wantsDetails(raw json.RawMessage) (bool, error) {
	var p struct {
		SupportsLunaReserve       bool `json:"supportsLunaReserve"`
		ExcludeResetCreditDetails bool `json:"excludeResetCreditDetails"`
	}
	if raw == nil || string(raw) == "null" {
		return true, nil
	}
	err := readParams(raw, &p)
	return !p.ExcludeResetCreditDetails, err
}

// watchRateLimits sends account/rateLimits/updated for each limit that has
// changed since last, until the connection ends.
func (c *conn) watchRateLimits(last usage.Usage) {
	for u := range c.server.Home.SubscribeUsage(c.ctx) {
		if !u.Known() {
			continue
		}
		for _, limit := range ratelimits.Changed(last, u) {
			if c.write(note(noteRateLimits, rateLimitsUpdated{limit})) != nil {
				return
			}
		}
		last = u
	}
}
