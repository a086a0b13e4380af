package kit

import (
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
)

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
