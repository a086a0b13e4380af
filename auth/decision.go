package auth

import (
	"context"
	"log/slog"
)

// asked is where the context of a renewal keeps the reason that it was asked
// for.
type asked struct{}

// decided writes the one line that a renewal ends with: what became of it, why
// it was asked for, with which credentials, and how the outcome is explained.
// "Who refreshed when, and why not" is answered from these lines alone.
func (m *Manager) decided(ctx context.Context, level slog.Level, s *Snapshot, outcome string, explained ...any) {
	args := make([]any, 0, 4+len(explained))
	if reason, ok := ctx.Value(asked{}).(RefreshReason); ok {
		args = append(args, "why", reason)
	}
	if s.HasTokens() {
		args = append(args, "fingerprint", m.short(s))
	}
	m.opts.Log.Log(ctx, level, "refresh: "+outcome, append(args, explained...)...)
}

// short is the fingerprint of a refresh token, cut short: enough to tell them
// apart.
func (m *Manager) short(s *Snapshot) string {
	fingerprint := m.opts.Fingerprints.Token(s)
	return fingerprint[:min(shortFingerprint, len(fingerprint))]
}
