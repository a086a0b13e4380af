package words

import (
	"strings"
	"time"

	"rekey/auth"
)

// Headline is the one line for a State: the tooltip, and the answer to "am I
// signed in?".
func Headline(s auth.State, now time.Time) string {
	if s.SigningIn {
		return "Signing in…"
	}
	switch s.Status {
	case auth.StatusSignedOut:
		return "Not signed in"
	case auth.StatusAPIKey:
		return "Using an API key"
	case auth.StatusExternal:
		return external(s.Method)
	case auth.StatusHealthy:
		if account := Account(s); account != "" {
			return account
		}
		return "Signed in"
	case auth.StatusRenewing:
		return "Renewing…"
	case auth.StatusWaiting:
		return waiting(s)
	case auth.StatusExpiring:
		return "Works until " + clock(s.ExpiresAt, now) + ", then sign in again"
	case auth.StatusSignInRequired:
		if s.Refused == "" {
			return "Sign in again: this sign-in cannot be renewed"
		}
		return "Sign in again: " + Reason(s.Refused)
	case auth.StatusUnreadable:
		return unreadable(s)
	}
	return "Unknown"
}

// external names who manages credentials that are not Codex's own to renew.
func external(k auth.Kind) string {
	switch k {
	case auth.KindExternalTokens:
		return "Managed by a host program"
	case auth.KindPersonalToken:
		return "Managed by you: a personal access token"
	case auth.KindAgentIdentity:
		return "Managed by an agent identity"
	case auth.KindBedrockKey, auth.KindBedrockAccess:
		return "Managed by Amazon Bedrock"
	}
	return "Managed by another program"
}

// waiting says why the access token ends without being renewed. Only after an
// attempt is it the network that is missing, and only the keeper tries again.
func waiting(s auth.State) string {
	switch {
	case s.CannotSave:
		return "Not renewed: the new tokens could not be saved"
	case s.NeverTried:
		return "Waiting to renew"
	case !s.KeepFresh:
		return "Offline: not renewed"
	}
	return "Offline: will renew when back"
}

// unreadable is "Cannot read auth.json: it is not valid JSON". The Problem of
// such a State names the whole path; one line has room for the name only.
func unreadable(s auth.State) string {
	if s.Locked {
		return "The keyring is locked"
	}
	what, ok := strings.CutPrefix(s.Problem, "cannot read "+s.Store+": ")
	if ok && s.Store != "" {
		return "Cannot read " + Line(base(s.Store)) + ": " + Line(what)
	}
	if s.Problem == "" {
		return "Cannot read the sign-in"
	}
	return Problem(s)
}
