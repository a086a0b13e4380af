package store

import (
	"os"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/child"
)

func TestMain(m *testing.M) {
	if !child.Is() {
		os.Exit(kit.Main(m))
	}
	child.Main(m, map[string]func(dir string) int{
		"hold-lock": childHoldLock,
		"rewrite":   childRewrite,
		"increment": childIncrement,
	})
}

// signIn is the content of an auth.json with the given refresh token.
func signIn(refresh string) []byte {
	return box.AuthJSON(box.WithRefreshToken(refresh), box.WithIssued(time.Unix(1_700_000_000, 0)))
}

// parsed is the snapshot of a fixture.
func parsed(t *testing.T, data []byte) *auth.Snapshot {
	t.Helper()
	s, err := auth.ParseSnapshot(data)
	if err != nil {
		t.Fatalf("fixture: %v", err)
	}
	return s
}
