package box

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"time"
)

// The grant types of the token endpoint.
const (
	GrantRefresh  = "refresh_token"
	GrantCode     = "authorization_code"
	GrantExchange = "urn:ietf:params:oauth:grant-type:token-exchange" // RFC 8693
)

// refreshParams are the parameters of a refresh, as JSON.
type refreshParams struct {
	Grant        string `json:"grant_type"`
	ClientID     string `json:"client_id"`
	RefreshToken string `json:"refresh_token"`
	Reason       string `json:"refresh_reason"`
}

// token is the token endpoint.
func (s *Server) token(c *call) {
	media, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type")) // "" fits neither case
	switch media {
	case "application/json":
		var p refreshParams
		if !c.decode(&p) {
			return
		}
		if p.Grant != GrantRefresh {
			c.refuse(http.StatusBadRequest, "unsupported_grant_type")
			return
		}
		s.refresh(c, p)
	case "application/x-www-form-urlencoded":
		if err := c.r.ParseForm(); err != nil {
			c.fail("invalid_request")
			return
		}
		s.tokenForm(c, c.r.PostForm)
	default:
		c.fail("invalid_request")
	}
}

func (s *Server) tokenForm(c *call, form url.Values) {
	grant := form.Get("grant_type")
	c.arrived(Request{Grant: grant, ClientID: form.Get("client_id")})
	switch {
	case form.Get("client_id") != s.cfg.ClientID:
		c.fail("invalid_client")
	case grant == GrantCode:
		s.exchangeCode(c, form)
	case grant == GrantExchange:
		s.exchangeIDToken(c, form)
	default:
		c.fail("unsupported_grant_type")
	}
}

// refresh redeems a refresh token, or does what the script says instead. It
// finishes before the request shows in the journal, so that a test that waits
// for the request knows the server's state.
func (s *Server) refresh(c *call, p refreshParams) {
	reply := s.script.take()
	outcome := OutcomeScripted
	if reply.Status == 0 {
		reply.Status, reply.Body, outcome = s.redeem(p)
	}
	c.arrived(Request{
		Grant: p.Grant, ClientID: p.ClientID, Reason: p.Reason,
		RefreshToken: s.ledger.sequence(p.RefreshToken),
	})
	if !reply.hold(c.r.Context()) || reply.Drop {
		c.drop()
	}
	c.ended(outcome)
	reply.write(c.w)
}

// redeem returns the true answer to a refresh.
func (s *Server) redeem(p refreshParams) (status int, body, outcome string) {
	tokens, code := s.ledger.redeem(p.RefreshToken, p.ClientID)
	switch code {
	case "":
		return http.StatusOK, encode(s.granted(tokens)), OutcomeOK
	case "invalid_client":
		return http.StatusBadRequest, encode(refusal(code)), code
	}
	return http.StatusUnauthorized, encode(refusal(code)), code
}

// granted is a successful answer (RFC 6749, section 5.1; the ID token is
// OpenID Connect's).
func (s *Server) granted(t Tokens) any {
	return struct {
		IDToken      string `json:"id_token"`
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
		TokenType    string `json:"token_type"`
		ExpiresIn    int64  `json:"expires_in"`
	}{t.IDToken, t.AccessToken, t.RefreshToken, "Bearer", int64(s.ledger.life() / time.Second)}
}

// exchangeIDToken gives an API key for an ID token: the second exchange of
// Codex's browser login, whose failure Codex ignores.
func (s *Server) exchangeIDToken(c *call, form url.Values) {
	switch {
	case form.Get("requested_token") != "openai-api-key" || form.Get("subject_token") == "":
		c.fail("invalid_request")
	case s.cfg.APIKey == "":
		c.fail("access_denied")
	default:
		c.grant(map[string]string{"access_token": s.cfg.APIKey})
	}
}

// JWT returns an unsigned JSON Web Token (RFC 7519, section 6) with the given
// claims. Its third part is not empty, because Codex wants three. It panics on
// claims that JSON cannot represent.
func JWT(claims map[string]any) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(fmt.Sprintf("box: claims: %v", err))
	}
	const header, signature = `{"alg":"none","typ":"JWT"}`, "sig"
	enc := base64.RawURLEncoding
	return enc.EncodeToString([]byte(header)) + "." + enc.EncodeToString(payload) + "." +
		enc.EncodeToString([]byte(signature))
}

// revoke is the revocation endpoint (RFC 7009), with a JSON body as Codex
// sends it. An unknown token is no error.
func (s *Server) revoke(c *call) {
	var p struct {
		Token    string `json:"token"`
		Hint     string `json:"token_type_hint"`
		ClientID string `json:"client_id"`
	}
	if !c.decode(&p) {
		return
	}
	c.arrived(Request{ClientID: p.ClientID, RefreshToken: s.ledger.sequence(p.Token)})
	if p.Token == "" {
		c.refuse(http.StatusBadRequest, "invalid_request")
		return
	}
	s.ledger.revoke(p.Token, p.ClientID)
	c.grant(struct{}{})
}
