package doctor

import "time"

// Schema is the version of the JSON.
const Schema = 1

// Report is what was found.
type Report struct {
	Schema   int       `json:"schema"`
	At       time.Time `json:"at"` // UTC
	Facts    []Fact    `json:"facts"`
	Findings []Finding `json:"findings"`
}

// Fact is one thing that is so.
type Fact struct {
	// Code says what it is: see the constants.
	Code string `json:"code"`
	// About is the home, program or variable, "" for the machine.
	About string `json:"about,omitempty"`
	Value string `json:"value"`
}

// Finding is one thing that is wrong, or that one should know.
type Finding struct {
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	// About is the home, program or variable, "" for the machine.
	About string `json:"about,omitempty"`
	// What is wrong, and what to Do: one sentence each without its full stop.
	What string `json:"what"`
	Do   string `json:"do"`
}

// Severity says how bad a Finding is.
type Severity string

// The severities, the worst first.
const (
	// Problem: the sign-in does not work, or will not be kept.
	Problem Severity = "problem"
	// Warning: something that is wanted does not work.
	Warning Severity = "warning"
	// Note: good to know.
	Note Severity = "note"
)

// rank orders severities.
func (s Severity) rank() int {
	switch s {
	case Problem:
		return 0
	case Warning:
		return 1
	}
	return 2
}

// The codes of facts, in the order of the report.
const (
	FactVersion       = "rekey.version"
	FactSystem        = "system"
	FactConfig        = "config.file"
	FactHook          = "config.hook"
	FactHome          = "home"           // once for each; "exists" or "missing"
	FactStore         = "home.store"     // file, keyring, auto or ephemeral
	FactKeyring       = "home.keyring"   // where the store is a keyring: "reachable", "locked", or what is wrong
	FactStatus        = "home.status"    // see auth.Status
	FactAccount       = "home.account"   // masked, with the plan
	FactExpires       = "home.expires"   // RFC 3339
	FactRefreshed     = "home.refreshed" // RFC 3339
	FactAgent         = "home.agent"     // the version of the Rekey that runs for the home, or "none"
	FactCodex         = "codex.path"     // or "none"
	FactCodexVersion  = "codex.version"  //
	FactCodexRunning  = "codex.running"  // how many, or "not looked for"
	FactCodexHome     = "codex.process"  // about a process: its home
	FactPanel         = "desktop.panel"  // "yes", "no", or "not looked for"
	FactNotifications = "desktop.notifications"
	FactAutostart     = "desktop.autostart"
	FactWindow        = "desktop.window"
	FactProxy         = "network.proxy" // about a variable
	FactCA            = "network.ca"    // about a variable: "set"
	FactClock         = "clock"         // "synchronised", "not synchronised", or "not looked for"
)

// The codes of findings.
const (
	FindConfig          = "config.problem"
	FindHook            = "config.hook_unsafe"
	FindNoHome          = "home.missing"
	FindOpenFile        = "home.open_file"
	FindOpenFolder      = "home.open_folder"
	FindUnreadable      = "home.unreadable"
	FindLocked          = "home.keyring_locked"
	FindKeyring         = "home.keyring"
	FindEncrypted       = "home.encrypted"
	FindRestricted      = "home.restricted"
	FindSignedOut       = "home.signed_out"
	FindSignIn          = "home.sign_in"
	FindWaiting         = "home.waiting"
	FindCannotSave      = "home.cannot_save"
	FindNoLocks         = "home.no_locks"
	FindState           = "rekey.state_folder"
	FindNoAgent         = "agent.none"
	FindMuteAgent       = "agent.mute"
	FindOtherAgent      = "agent.other_version"
	FindNoCodex         = "codex.missing"
	FindBrokenCodex     = "codex.broken"
	FindForeignHome     = "codex.other_home"
	FindNoPanel         = "desktop.no_panel"
	FindNoNotifications = "desktop.no_notifications"
	FindNoWindow        = "desktop.no_window"
	FindBadProxy        = "network.bad_proxy"
	FindBadCA           = "network.bad_ca"
	FindFuture          = "clock.behind"
	FindUnsynchronised  = "clock.unsynchronised"
	FindSlow            = "doctor.slow"
)
