// Package version knows the version of the program. It touches nothing.
package version

import (
	"runtime/debug"
	"time"
)

// Set by the linker (packaging/version). A program that was built without them
// only knows its next release.
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
	// Commit is the Git commit, at least seven digits, with "-dirty" if files
	// had been changed; "" if unknown.
	Commit string
	// Date is when the commit was made, UTC; zero if unknown.
	Date time.Time
}

// Current returns this program's Build.
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

// stamped returns what Go itself has recorded in the program.
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

// String returns the number and what else is known: "0.2.0 (f2c6739a81bc,
// 2026-11-28)".
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
