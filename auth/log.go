package auth

import (
	"context"
	"log/slog"
)

// asked is where the context of a refresh keeps the reason that it was asked
// for.
type asked struct{}

// decided writes the one line that a refresh ends with: what became of it, why
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
	fingerprint := m.opts.Memory.Token(s)
	return fingerprint[:min(shortFingerprint, len(fingerprint))]
}

// Step names a moment in a refresh or a sign-in: that of which its text speaks
// has just happened. Tests end the process there, or write to the store, to see
// that no token is lost and no sign-in overwritten. See Options.Step.
type Step string

// The steps of a refresh, in their order. Between StepCommitting and
// StepCommitted lie those of the store.
const (
	StepLocked     Step = "refresh lock taken"
	StepReread     Step = "store re-read"
	StepReserved   Step = "escrow reserved" // not AsCodex
	StepPreflight  Step = "preflight done"
	StepSent       Step = "sent marked" // the request follows at once
	StepAnswered   Step = "answer received"
	StepKept       Step = "answer kept"
	StepCommitting Step = "before commit" // also of an answer that an earlier process has kept
	StepCommitted  Step = "committed"
	StepCleared    Step = "escrow cleared"
)

// The steps that follow StepSent when the answer is a refusal for good.
const (
	StepRefused  Step = "refused"
	StepLooked   Step = "second look" // and the store had not moved on
	StepRecorded Step = "refusal recorded"
)

// The steps of a sign-in whose tokens have arrived. Between the two lie those
// of the store.
const (
	StepSigningIn Step = "before the sign-in's commit"
	StepSignedIn  Step = "sign-in committed"
)
