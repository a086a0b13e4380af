package words

import (
	"cmp"
	"time"

	"rekey/auth"
)

// Expiry is the second truth in words: "Works until 14:05 (in 3 h)". It is ""
// when there is no access token or its expiry is unknown.
func (w Words) Expiry(s auth.State, now time.Time) string {
	if s.ExpiresAt.IsZero() {
		return ""
	}
	if !s.ExpiresAt.After(now) {
		return w.Say("fact.ended", "When", w.when(s.ExpiresAt, now))
	}
	if s.Status == auth.StatusWaiting && !s.Usable {
		return "" // Codex does not use it
	}
	return w.Say("fact.works_until", "When", w.clock(s.ExpiresAt, now), "Left", w.about(s.ExpiresAt.Sub(now)))
}

// Refresh is the third truth in words: when and whether the sign-in refreshes.
// It is "" for credentials that are not refreshed here.
func (w Words) Refresh(s auth.State, now time.Time) string {
	switch {
	case w.why(s) != "":
		return w.Say("fact.not_refreshable_why", "Why", w.Reason(w.why(s)))
	case s.Lent:
		return w.Say("fact.refreshed_by_owner")
	case s.Status == auth.StatusRefreshing:
		return w.Say("fact.being_refreshed")
	case s.Method != auth.KindChatGPT, s.Status == auth.StatusSignedOut, s.Status == auth.StatusUnreadable:
		return ""
	case s.Refreshable == auth.RefreshableNo:
		return w.Say("fact.not_refreshable")
	case !s.KeepFresh:
		return w.Say("fact.not_kept_fresh")
	case s.NextRefresh.After(now):
		return w.Say("fact.refreshes", "When", w.when(s.NextRefresh, now))
	}
	return w.Say("fact.refreshes_itself")
}

// Obstacle is what is wrong, short enough for a menu; "" if nothing is or the
// Headline already says it. State.Problem is the long form.
func (w Words) Obstacle(s auth.State) string {
	switch {
	case s.Status == auth.StatusUnreadable:
		return ""
	case s.Restricted:
		return w.Say("obstacle.restricted")
	case s.CommitPending:
		return w.Say("obstacle.commit_pending")
	case s.AnswerLost:
		return w.Say("obstacle.answer_lost")
	case s.Status == auth.StatusWaiting && !s.SigningIn && s.Cause.Code() != auth.CodeOffline:
		return "" // the Headline
	}
	return w.Problem(s)
}

// Credential is the first truth in words: what kind of credential is present.
func (w Words) Credential(k auth.Kind) string {
	return w.Say(cmp.Or(credentials[k], "credential.foreign"))
}

// credentials are message ids.
var credentials = map[auth.Kind]string{
	auth.KindNone:           "credential.none",
	auth.KindAPIKey:         "credential.api_key",
	auth.KindChatGPT:        "credential.chatgpt",
	auth.KindExternalTokens: "credential.host_program",
	auth.KindPersonalToken:  "credential.personal_token",
	auth.KindAgentIdentity:  "credential.agent_identity",
	auth.KindBedrockKey:     "credential.bedrock",
	auth.KindBedrockAccess:  "credential.bedrock",
}

// LastRefreshed is when the tokens were issued, "" when the store does not tell.
func (w Words) LastRefreshed(s auth.State, now time.Time) string {
	if s.LastRefresh.IsZero() {
		return ""
	}
	return w.clock(s.LastRefresh, now)
}

// Refusal is when the server refused to refresh, "" when it did not.
func (w Words) Refusal(s auth.State, now time.Time) string {
	switch {
	case s.Refused == "":
		return ""
	case s.RefusedAt.IsZero():
		return w.Say("fact.refused")
	}
	return w.Say("fact.refused_when", "When", w.when(s.RefusedAt, now))
}
