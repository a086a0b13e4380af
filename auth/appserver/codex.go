package appserver

import (
	"context"

	"rekey/auth"
)

func (c *conn) initialize(ctx context.Context, p initializeParams) (any, error) {
	s := c.server
	us := &program{Version: s.Version, Schema: spoken(), CanQuit: s.Quit != nil}
	if p.Rekey != nil && p.Rekey.Schema != nil {
		if err := compare(*us, *p.Rekey.Schema); err != nil {
			return nil, failure(err)
		}
	}
	s.Home.Identify(p.ClientInfo.Name, p.ClientInfo.Version)
	if s.StaleAtStart {
		s.Home.Manager().Use(ctx) // later answers show the outcome
	}
	if wants := p.Capabilities; wants != nil {
		c.mu.Lock()
		c.experimental, c.unwanted = wants.ExperimentalAPI, wants.OptOut
		c.mu.Unlock()
	}
	c.known.Store(true)
	c.welcome()
	var watchers []func()
	if s.Pushes {
		c.told(accountOf(s.Home.State())) // what changes from now on is told once this is answered
		used := s.Home.Usage()
		watchers = append(watchers, c.watchAccount, func() { c.watchRateLimits(used) })
	}
	if p.Rekey != nil && p.Rekey.Subscribe {
		st, more := c.follow()
		us.State, watchers = &st, append(watchers, more...)
	}
	family := "unix"
	if s.Platform == "windows" {
		family = "windows"
	}
	return followed{initializeResult{
		UserAgent:      p.ClientInfo.Name + "/" + s.Version + " (rekey; " + s.Platform + ")",
		CodexHome:      s.Home.Dir(),
		PlatformFamily: family,
		PlatformOS:     s.Platform,
		Rekey:          us,
	}, watchers}, nil
}

// authStatus answers getAuthStatus. Problems with the credentials are not an
// error: the token is missing.
func (c *conn) authStatus(ctx context.Context, p authStatusParams) (any, error) {
	home, held := c.server.Home, c.server.Home.Manager()
	forced := p.RefreshToken != nil && *p.RefreshToken
	if forced {
		held.Look(ctx)
		c.forceRefresh(ctx)
	}
	if !home.RequiresOpenAIAuth() {
		return authStatus{}, nil
	}
	snapshot, refusal := held.Snapshot()
	if !forced {
		snapshot, refusal = held.Use(ctx)
	}
	answer := authStatus{RequiresOpenAIAuth: true}
	withToken := p.IncludeToken != nil && *p.IncludeToken
	if !snapshot.Usable() && (!withToken || refusal == nil) { // for Codex a refusal only withholds a token
		return answer, nil
	}
	method := string(snapshot.Kind())
	answer.AuthMethod = &method
	if withToken && refusal == nil {
		answer.AuthToken = tokenOf(snapshot)
	}
	return answer, nil
}

// forceRefresh refreshes on demand. Tokens that a host program owns are left
// alone: Codex asks for new ones only after its backend has refused them.
func (c *conn) forceRefresh(ctx context.Context) {
	if s, _ := c.server.Home.Manager().Snapshot(); s.Kind() != auth.KindExternalTokens {
		_ = c.server.Home.Refresh(ctx) // the cache shows the outcome
	}
}

// tokenOf returns the token for getAuthStatus, nil for kinds whose token it
// never returns.
func tokenOf(s *auth.Snapshot) *string {
	var token string
	switch s.Kind() {
	case auth.KindAPIKey:
		token = s.APIKey().Reveal()
	case auth.KindChatGPT, auth.KindExternalTokens:
		token = s.AccessToken().Reveal()
	default:
		return nil
	}
	return &token
}

// accountRead answers account/read. Unlike Codex it does not ask the backend,
// and it still names the account after a permanent failure.
func (c *conn) accountRead(ctx context.Context, p accountReadParams) (any, error) {
	home := c.server.Home
	home.Manager().Look(ctx)
	if p.RefreshToken {
		c.forceRefresh(ctx)
	}
	answer := accountReadResult{RequiresOpenAIAuth: home.RequiresOpenAIAuth()}
	if !answer.RequiresOpenAIAuth {
		return answer, nil
	}
	s, _ := home.Manager().Snapshot()
	switch s.Kind() {
	case auth.KindAPIKey:
		if s.HasAPIKey() {
			answer.Account = apiKeyAccount{Type: "apiKey"}
		}
	case auth.KindChatGPT, auth.KindExternalTokens:
		if !s.HasTokens() {
			return nil, invalid("plan type is required for chatgpt authentication")
		}
		claims := s.Claims()
		answer.Account = chatGPTAccount{Type: "chatgpt", Email: optional(claims.Email), PlanType: auth.PlanName(claims.Plan)}
		answer.UserID = optional(claims.UserID)
	}
	return answer, nil
}

// optional returns nil for "", which means unknown.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// updated describes the cached credentials for account/updated.
func updated(s *auth.Snapshot) accountUpdated {
	if s == nil {
		return accountUpdated{}
	}
	mode := string(s.Kind())
	u := accountUpdated{AuthMode: &mode}
	if s.HasTokens() {
		plan := auth.PlanName(s.Claims().Plan)
		u.PlanType = &plan
	}
	return u
}
