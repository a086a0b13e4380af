package authority

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"rekey/auth"
)

// revokeBody is what Codex 0.169 sends, in its order: JSON, where RFC 7009 has
// a form. The client ID is only sent with a refresh token.
type revokeBody struct {
	Token    string `json:"token"`
	Hint     string `json:"token_type_hint"`
	ClientID string `json:"client_id,omitempty"`
}

// Revoke implements auth.Authority. An error means that the server may still
// accept the token.
func (c *Client) Revoke(ctx context.Context, token auth.Secret, hint string) error {
	return c.revoke(ctx, c.revokeURL(), token, hint)
}

// Discard revokes a refresh token that Exchange has just returned and that is
// not kept. It asks its issuer, unless an endpoint is configured. Errors are as
// for Revoke.
func (c *Client) Discard(ctx context.Context, refreshToken auth.Secret) error {
	return c.revoke(ctx, cmp.Or(c.cfg.RevokeURL, c.cfg.Issuer+revokePath), refreshToken, "refresh_token")
}

func (c *Client) revoke(ctx context.Context, url string, token auth.Secret, hint string) error {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.RevokeLimit)
	defer cancel()
	body := revokeBody{Token: token.Reveal(), Hint: hint}
	if hint == "refresh_token" {
		body.ClientID = c.cfg.ClientID
	}
	post, err := c.newPost(ctx, url, newOnceBody(encodeJSON(body), nil))
	if err != nil {
		return fmt.Errorf("the token was not revoked: %w", cause(err))
	}
	resp, err := c.transport.RoundTrip(post)
	if err != nil {
		return fmt.Errorf("the token was not revoked: %w", cause(err))
	}
	defer resp.Body.Close()
	// Read to the end to see that the answer is complete; the content does not
	// matter.
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxBody))
	if !success(resp.StatusCode) {
		return fmt.Errorf("the token was not revoked: the authorization server answered %d", resp.StatusCode)
	}
	return nil
}
