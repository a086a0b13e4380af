package box

import "net/http"

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
