package auth

// Step names a moment in a renewal or a sign-in: that of which its text speaks
// has just happened. Tests end the process there, or write to the store, to see
// that no token is lost and no sign-in overwritten. See Options.Step.
type Step string

// The steps of a renewal, in their order. Between StepCommitting and
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
