package authority

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"rekey/auth"
)

// refreshBody is what Codex 0.169 sends, in its order.
type refreshBody struct {
	ClientID     string `json:"client_id"`
	GrantType    string `json:"grant_type"`
	Reason       string `json:"refresh_reason"`
	RefreshToken string `json:"refresh_token"`
}

// Refresh implements auth.Authority (RFC 6749, section 6).
func (c *Client) Refresh(ctx context.Context, req auth.RefreshRequest) (auth.TokenResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.RefreshLimit)
	defer cancel()
	target := c.refreshTarget(req.Provenance)
	body := newOnceBody(encodeJSON(refreshBody{
		ClientID:     target.clientID,
		GrantType:    "refresh_token",
		Reason:       string(req.Reason),
		RefreshToken: req.RefreshToken.Reveal(),
	}), c.cfg.BeforeSend)
	post, err := c.newPost(ctx, target.url, body)
	if err != nil {
		return auth.TokenResponse{}, &auth.RefreshError{Err: cause(err)}
	}
	resp, err := c.transport.RoundTrip(post)
	if err != nil {
		sent, refused := body.seal()
		if refused != nil {
			return auth.TokenResponse{}, &auth.RefreshError{Err: refused}
		}
		return auth.TokenResponse{}, &auth.RefreshError{AnswerLost: sent, Err: cause(err)}
	}
	defer resp.Body.Close()
	tokens, failure := readAnswer(resp, time.Now())
	if failure != nil {
		return auth.TokenResponse{}, failure
	}
	tokens.DropProvenance = target.dropProvenance
	return tokens, nil
}

// newPost creates a request that net/http cannot send twice: a body without a
// GetBody is never replayed.
func (c *Client) newPost(ctx context.Context, url string, body *onceBody) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSpace(url), body)
	if err != nil {
		return nil, errAddress
	}
	req.ContentLength = body.size()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Originator", c.cfg.Originator)
	req.Header.Set("User-Agent", c.cfg.UserAgent) // net/http omits an empty one
	req.Header.Set("Accept", "*/*")
	return req, nil
}

// encodeJSON writes v as Codex does: compact and without HTML escapes.
func encodeJSON(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // structs of strings always encode
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}
