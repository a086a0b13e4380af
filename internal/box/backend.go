package box

import (
	"net/http"
	"strings"
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
