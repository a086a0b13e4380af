package appserver

import (
	"context"
	"encoding/json"
	"errors"

	"rekey/auth"
)

// holdsHostTokens reports whether a host program has handed its tokens over.
func (c *conn) holdsHostTokens() bool {
	s, _ := c.server.Home.Manager().Snapshot()
	return c.server.HostTokens && s.Kind() == auth.KindExternalTokens
}

func (c *conn) loginHostTokens(p loginStartParams) (any, error) {
	c.mu.Lock()
	allowed := c.experimental && c.server.HostTokens
	c.mu.Unlock()
	switch {
	case !allowed:
		return nil, invalid("account/login/start.chatgptAuthTokens requires experimentalApi capability")
	case p.AccessToken == nil:
		return nil, invalid("Invalid request: missing field `accessToken`")
	case p.ChatGPTAccountID == nil:
		return nil, invalid("Invalid request: missing field `chatgptAccountId`")
	}
	tokens := auth.ExternalTokens{AccessToken: auth.NewSecret(*p.AccessToken), AccountID: *p.ChatGPTAccountID}
	if p.ChatGPTPlanType != nil {
		tokens.PlanType = *p.ChatGPTPlanType
	}
	c.endSignIn()
	switch err := c.server.Home.Manager().SetExternal(tokens, c); {
	case errors.Is(err, auth.ErrNotAllowed):
		return nil, invalid("%v", err)
	case err != nil:
		return nil, errors.New("failed to set external auth: invalid ID token format")
	}
	c.completed(nil, nil)
	return loginStartResult{Type: p.Type}, nil
}

// RefreshExternal implements auth.ExternalRefresher: the client owns the
// tokens and is asked for new ones.
func (c *conn) RefreshExternal(ctx context.Context, reason, previous string) (auth.ExternalTokens, error) {
	answer, err := c.call(ctx, callExternal, externalParams{Reason: reason, PreviousAccountID: previous})
	if err != nil {
		return auth.ExternalTokens{}, errors.New("the host program gave no new tokens")
	}
	var r externalResult
	if err := json.Unmarshal(answer, &r); err != nil || r.AccessToken == "" {
		return auth.ExternalTokens{}, errors.New("the host program's answer cannot be read")
	}
	if r.ChatGPTAccountID != previous {
		return auth.ExternalTokens{}, errors.New("the host program answered for another account")
	}
	tokens := auth.ExternalTokens{AccessToken: auth.NewSecret(r.AccessToken), AccountID: r.ChatGPTAccountID}
	if r.ChatGPTPlanType != nil {
		tokens.PlanType = *r.ChatGPTPlanType
	}
	return tokens, nil
}
