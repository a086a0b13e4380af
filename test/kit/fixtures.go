package kit

import (
	"errors"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/internal/fault"
)

// State is a likely State for a status at the time now.
func State(status auth.Status, now time.Time) auth.State {
	s := auth.State{
		Status: status, Method: auth.KindChatGPT, Email: "ada@example.com", Plan: "pro",
		Store: "/home/ada/.codex/auth.json", KeepFresh: true, Notifications: true, Refreshable: auth.RefreshableYes, Usable: true,
		LastRefresh: clean(now.Add(-time.Hour)), ExpiresAt: clean(now.Add(3 * time.Hour)),
	}
	switch status {
	case auth.StatusSignedOut:
		return auth.State{Status: status, Store: s.Store, KeepFresh: true, Notifications: true, Refreshable: auth.RefreshableNo}
	case auth.StatusAPIKey:
		return auth.State{Status: status, Method: auth.KindAPIKey, Store: s.Store, KeepFresh: true, Notifications: true, Usable: true, Refreshable: auth.RefreshableNo}
	case auth.StatusExternal:
		s.Method, s.Refreshable = auth.KindExternalTokens, auth.RefreshableNo
	case auth.StatusHealthy:
		s.NextRefresh = clean(now.Add(150 * time.Minute))
	case auth.StatusWaiting:
		s.Usable, s.Refreshable = false, auth.RefreshableUnknown
		s.ExpiresAt = clean(now.Add(-time.Hour))
		because(&s, &auth.RefreshError{Err: errors.New("no route to host")})
	case auth.StatusExpiring, auth.StatusSignInRequired:
		s.Refreshable, s.Refused, s.RefusedAt = auth.RefreshableNo, auth.ReasonReused, clean(now.Add(-10*time.Minute))
		s.Notice = "notice-1"
		if status == auth.StatusSignInRequired {
			s.Usable, s.ExpiresAt = false, clean(now.Add(-time.Minute))
		}
	case auth.StatusUnreadable:
		s = auth.State{Status: status, Email: s.Email, Plan: s.Plan, Store: s.Store, KeepFresh: true, Notifications: true, Refreshable: auth.RefreshableNo}
		because(&s, &auth.UnreadableError{Where: s.Store, What: fault.New("not_json", "it is not valid JSON")})
	}
	return s
}

// because says what is in the way.
func because(s *auth.State, err error) { s.Problem, s.Cause = err.Error(), auth.CauseOf(err) }

func clean(t time.Time) time.Time { return t.UTC().Round(0) }

// SignIn is the content of an auth.json with the given refresh token.
func SignIn(refresh string) []byte {
	return box.AuthJSON(box.WithRefreshToken(refresh), box.WithIssued(time.Unix(1_700_000_000, 0)))
}

// Parsed is the snapshot of a fixture.
func Parsed(t *testing.T, data []byte) *auth.Snapshot {
	t.Helper()
	s, err := auth.ParseSnapshot(data)
	if err != nil {
		t.Fatalf("fixture: %v", err)
	}
	return s
}
