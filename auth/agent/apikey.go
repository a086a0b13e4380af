package agent

import (
	"context"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/internal/fault"
)

// errKeyForbidden answers an API key where none is allowed.
var errKeyForbidden = fault.New("only_chatgpt_method", "the configuration allows only a sign-in with ChatGPT (forced_login_method)")

// SignInAPIKey puts an API key in the place of whatever is stored, in the form
// that Codex writes. It ends a sign-in under way.
func (h *Home) SignInAPIKey(ctx context.Context, key auth.Secret) error {
	h.mu.Lock()
	forced := h.config.ForcedLogin
	h.mu.Unlock()
	if forced == codex.LoginChatGPT {
		return errKeyForbidden
	}
	h.CancelSignIn()
	return h.manager.ReplaceSignIn(ctx, auth.NewAPIKey(key))
}
