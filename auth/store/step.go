package store

import "rekey/auth"

// The steps of an Update that writes auth.json, in their order: see
// Options.Step. A round that finds new content begins again with the first.
const (
	// StepWritten: the new file is on the disk under a temporary name.
	StepWritten auth.Step = "temporary file written"
	// StepTargetLocked: auth.json.lock is held as well.
	StepTargetLocked auth.Step = "auth.json.lock taken"
	// StepCompared: the content is still what was decided upon; the names are
	// exchanged next.
	StepCompared auth.Step = "content compared"
	// StepRenamed: the new file is in its place; auth.lock alone is still held.
	StepRenamed auth.Step = "renamed"
)
