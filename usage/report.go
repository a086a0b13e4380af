package usage

import (
	"encoding/json"
	"io"
	"time"
)

// ReportSchema is the version of a Report's JSON.
const ReportSchema = 1

// Report is a home's usage as "rekey usage --json" prints it. Within a schema
// version, members may be added but do not change their meaning.
type Report struct {
	Schema int       `json:"schema"`
	At     time.Time `json:"at"` // UTC
	// Home is the Codex home.
	Home  string `json:"home"`
	Usage Usage  `json:"usage"`
}

// NewReport reports what of u is true at now, without the alerts.
func NewReport(home string, u Usage, now time.Time) Report {
	u = u.At(now)
	u.Alerts, u.AlertsAt = nil, nil
	return Report{Schema: ReportSchema, At: now.Round(0).UTC(), Home: home, Usage: u}
}

// Write writes the report as one JSON object and a newline, over several lines
// if indented.
func (r Report) Write(w io.Writer, indented bool) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if indented {
		enc.SetIndent("", "  ")
	}
	return enc.Encode(r)
}
