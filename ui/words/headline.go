package words

import (
	"errors"
	"fmt"
	"time"

	"rekey/auth"
	"rekey/internal/fault"
)

// Headline is the one line for a State: the tooltip, and the answer to "am I
// signed in?".
func (w Words) Headline(s auth.State, now time.Time) string {
	if s.SigningIn {
		return w.Say("state.signing_in")
	}
	switch s.Status {
	case auth.StatusSignedOut:
		return w.Say("state.signed_out")
	case auth.StatusAPIKey:
		return w.Say("state.api_key")
	case auth.StatusExternal:
		if s.Lent {
			return w.lent(s, now)
		}
		return w.external(s.Method)
	case auth.StatusHealthy:
		if account := w.Account(s); account != "" {
			return account
		}
		return w.Say("state.signed_in")
	case auth.StatusRefreshing:
		return w.Say("state.refreshing")
	case auth.StatusWaiting:
		return w.waiting(s)
	case auth.StatusExpiring:
		return w.Say("state.expiring", "When", w.clock(s.ExpiresAt, now))
	case auth.StatusSignInRequired:
		if w.why(s) == "" {
			return w.Say("state.not_refreshable")
		}
		return w.Say("state.refused", "Why", w.Reason(w.why(s)))
	case auth.StatusUnreadable:
		return w.unreadable(s)
	}
	return w.Say("state.unknown")
}

// external names who manages credentials that are not Codex's own to refresh.
func (w Words) external(k auth.Kind) string {
	switch k {
	case auth.KindExternalTokens:
		return w.Say("state.host_program")
	case auth.KindPersonalToken:
		return w.Say("state.personal_token")
	case auth.KindAgentIdentity:
		return w.Say("state.agent_identity")
	case auth.KindBedrockKey, auth.KindBedrockAccess:
		return w.Say("state.bedrock")
	}
	return w.Say("state.other_program")
}

// lent says until when what another machine lends works.
func (w Words) lent(s auth.State, now time.Time) string {
	if s.ExpiresAt.IsZero() {
		return w.Say("state.lent")
	}
	return w.Say("state.lent_until", "When", w.clock(s.ExpiresAt, now))
}

// waiting says why the access token expires without a refresh. It blames the
// network only if no server has answered, and mentions another try only if the
// keeper is on.
func (w Words) waiting(s auth.State) string {
	switch code := s.Cause.Code(); {
	case s.Lent:
		return w.Say("state.lent_ended")
	case code == "":
		return w.Say("state.never_tried")
	case code != auth.CodeOffline:
		return w.Problem(s)
	case !s.KeepFresh:
		return w.Say("state.offline_off")
	}
	return w.Say("state.offline")
}

// unreadable is "Cannot read auth.json: it is not valid JSON". The Problem of
// such a State names the whole path; one line has room for the name only.
func (w Words) unreadable(s auth.State) string {
	if s.Locked {
		return w.Say("state.keyring_locked")
	}
	var unreadable fault.Coded
	if errors.As(s.Cause.Err(), &unreadable) && s.Store != "" {
		if f := unreadable.AsFault(); f.Code() == auth.CodeUnreadable {
			args := f.Args()
			for i := 0; i+1 < len(args); i += 2 {
				if args[i] == "What" {
					return w.Say("state.unreadable_why", "What", Line(base(s.Store)), "Why", Line(w.part(args[i+1])))
				}
			}
		}
	}
	if problem := w.Problem(s); problem != "" {
		return problem
	}
	return w.Say("state.unreadable")
}

// part is an argument of a fault.
func (w Words) part(arg any) string {
	if err, ok := arg.(error); ok {
		return w.Error(err)
	}
	return fmt.Sprint(arg)
}
