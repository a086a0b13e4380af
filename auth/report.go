package auth

import (
	"encoding/json"
	"io"
	"time"
)

// ReportSchema is the version of a StateReport's JSON.
const ReportSchema = 1

// StateReport is a State as other programs are told it: what "rekey status
// --json" and "rekey watch --format json" print and what a hook reads. It has no
// secrets.
type StateReport struct {
	Schema int       `json:"schema"`
	At     time.Time `json:"at"` // UTC
	// Home is the Codex home.
	Home  string `json:"home"`
	State State  `json:"state"`
}

// NewStateReport reports the State of a home as of now.
func NewStateReport(home string, s State, now time.Time) StateReport {
	return StateReport{Schema: ReportSchema, At: clean(now), Home: home, State: s}
}

// Write writes the report as one JSON object and a line end, over several lines
// if indented.
func (r StateReport) Write(w io.Writer, indented bool) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if indented {
		enc.SetIndent("", "  ")
	}
	return enc.Encode(r)
}
