package auth

import (
	"context"
	"log/slog"
)

// asked is the context key of the reason for a refresh.
type asked struct{}

// decided logs the one line that ends a refresh: its outcome, the reason for
// it, the credentials, and an explanation. These lines alone show who refreshed
// when, and why not.
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

// short returns the shortened fingerprint of a refresh token, enough to tell
// them apart.
func (m *Manager) short(s *Snapshot) string {
	fingerprint := m.opts.Memory.Token(s)
	return fingerprint[:min(shortFingerprint, len(fingerprint))]
}

// Step names a point in a refresh or a sign-in: what its text describes has
// just happened. Tests kill the process there, or write to the store, to check
// that no token is lost and no sign-in overwritten. See Options.Step.
type Step string

// The steps of a refresh, in order. The store's steps come between
// StepCommitting and StepCommitted.
const (
	StepLocked     Step = "refresh lock taken"
	StepReread     Step = "store re-read"
	StepReserved   Step = "escrow reserved" // not AsCodex
	StepPreflight  Step = "preflight done"
	StepSent       Step = "sent marked" // the request follows immediately
	StepAnswered   Step = "answer received"
	StepKept       Step = "answer kept"
	StepCommitting Step = "before commit" // also for an answer that an earlier process kept
	StepCommitted  Step = "committed"
	StepCleared    Step = "escrow cleared"
)

// The steps that follow StepSent when the server refuses for good.
const (
	StepRefused  Step = "refused"
	StepLooked   Step = "second look" // and the store had not moved on
	StepRecorded Step = "refusal recorded"
)

// The steps of a sign-in whose tokens have arrived. The store's steps come
// between the two.
const (
	StepSigningIn Step = "before the sign-in's commit"
	StepSignedIn  Step = "sign-in committed"
)
