package words

import (
	"time"

	"rekey/auth"
)

// Expiry is the second truth in words: "Works until 14:05 (in 3 h)". It is ""
// when the access token has no end that can be read, or there is none.
func Expiry(s auth.State, now time.Time) string {
	if s.ExpiresAt.IsZero() {
		return ""
	}
	if !s.ExpiresAt.After(now) {
		return "Ended " + when(s.ExpiresAt, now)
	}
	return "Works until " + clock(s.ExpiresAt, now) + " (in " + about(s.ExpiresAt.Sub(now)) + ")"
}

// Renewal is the third truth in words: when and whether the sign-in renews. It
// is "" for credentials that are nobody's to renew.
func Renewal(s auth.State, now time.Time) string {
	switch {
	case s.Refused != "":
		return "Cannot be renewed: " + Reason(s.Refused)
	case s.Status == auth.StatusRenewing:
		return "Being renewed now"
	case s.Method != auth.KindChatGPT, s.Status == auth.StatusSignedOut, s.Status == auth.StatusUnreadable:
		return ""
	case s.Renewable == auth.RenewableNo:
		return "Cannot be renewed"
	case !s.KeepFresh:
		return "Not kept fresh by Rekey"
	case s.NextRefresh.After(now):
		return "Renews " + when(s.NextRefresh, now)
	}
	return "Renews by itself"
}

// Obstacle is what stands in the way, short enough for a menu, "" when nothing
// does or when the Headline says it already. State.Problem is the long form.
func Obstacle(s auth.State) string {
	switch {
	case s.Status == auth.StatusUnreadable:
		return ""
	case s.Restricted:
		return "Not allowed by config.toml"
	case s.CommitPending:
		return "New tokens wait to be saved"
	case s.CannotSave && (s.Status != auth.StatusWaiting || s.SigningIn):
		return "Not renewed: the new tokens could not be saved"
	case s.AnswerLost:
		return "A renewal got no answer"
	}
	return ""
}

// Credential is the first truth in words: what kind of credential is present.
func Credential(k auth.Kind) string {
	switch k {
	case auth.KindNone:
		return "None"
	case auth.KindAPIKey:
		return "API key"
	case auth.KindChatGPT:
		return "ChatGPT sign-in"
	case auth.KindExternalTokens:
		return "ChatGPT tokens of a host program"
	case auth.KindPersonalToken:
		return "Personal access token"
	case auth.KindAgentIdentity:
		return "Agent identity"
	case auth.KindBedrockKey, auth.KindBedrockAccess:
		return "Amazon Bedrock key"
	}
	return "Credentials of another program"
}

// LastRenewed is when the tokens were issued, "" when the store does not tell.
func LastRenewed(s auth.State, now time.Time) string {
	if s.LastRefresh.IsZero() {
		return ""
	}
	return clock(s.LastRefresh, now)
}

// Refusal is when the server refused to renew, "" when it did not.
func Refusal(s auth.State, now time.Time) string {
	switch {
	case s.Refused == "":
		return ""
	case s.RefusedAt.IsZero():
		return "Refused"
	}
	return "Refused " + when(s.RefusedAt, now)
}
