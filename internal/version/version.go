// Package version says which Rekey this is: both programs show it. It touches
// nothing.
package version

import (
	"runtime/debug"
	"time"
)

// What packaging/version hands to the linker. A program that was built without
// it knows its next release alone.
var (
	number = "0.2.0-dev"
	commit string
	date   string // RFC 3339
)

// Build is where a program comes from.
type Build struct {
	// Number is the version, by Semantic Versioning: "0.2.0" is a release,
	// "0.2.0-pre873" the 873rd commit on the way to it, and "0.2.0-dev" a build
	// by hand.
	Number string
	// Commit is Git's, at least seven digits, with "-dirty" when files had been
	// changed. It is empty when it is not known.
	Commit string
	// Date is when the commit was made, in UTC; zero when it is not known.
	Date time.Time
}

// Current is this program's.
func Current() Build {
	b := Build{Number: number, Commit: commit}
	when := date
	if b.Commit == "" { // go install knows it too
		b.Commit, when = stamped()
	}
	if at, err := time.Parse(time.RFC3339, when); err == nil {
		b.Date = at.UTC()
	}
	return b
}

// stamped is what Go itself has written into the program.
func stamped() (commit, date string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", ""
	}
	dirty := ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			commit = s.Value[:min(12, len(s.Value))]
		case "vcs.time":
			date = s.Value
		case "vcs.modified":
			if s.Value == "true" {
				dirty = "-dirty"
			}
		}
	}
	if commit != "" {
		commit += dirty
	}
	return commit, date
}

// String is the number and what else is known: "0.2.0 (f2c6739a81bc, 2026-11-28)".
func (b Build) String() string {
	text := b.Number
	switch day := b.Date.Format(time.DateOnly); {
	case b.Commit != "" && !b.Date.IsZero():
		text += " (" + b.Commit + ", " + day + ")"
	case b.Commit != "":
		text += " (" + b.Commit + ")"
	}
	return text
}
