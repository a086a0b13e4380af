package doctor

import (
	"slices"
	"time"

	"rekey/auth"
)

// schema is the version of the JSON.
const schema = 1

// Report is what was found.
type Report struct {
	Schema   int       `json:"schema"`
	At       time.Time `json:"at"` // UTC
	Facts    []Fact    `json:"facts"`
	Findings []Finding `json:"findings"`

	// Clean removes names, addresses and secrets from a text. Apply it to
	// everything that is shown of a Finding's Args.
	Clean func(text string) string `json:"-"`
}

// Fact is one thing that was found.
type Fact struct {
	// Code says what it is: see the constants.
	Code string `json:"code"`
	// About is the home, process id or variable, "" for the machine.
	About string `json:"about,omitempty"`
	// Value is for example a path, a version or an address, or just the Word.
	Value string `json:"value"`
	// Word is the part of the value that faces translate, "" for none.
	Word Word `json:"word,omitempty"`
	// State is what the value of FactStatus is short for, for faces that say it in
	// words. It names no account.
	State *auth.State `json:"-"`
}

// Word is a value that is one of a few words. Faces have the message
// "doctor.word.WORD" for each.
type Word string

// The words.
const (
	WordYes            Word = "yes"
	WordNo             Word = "no"
	WordOn             Word = "on"
	WordOff            Word = "off"
	WordNone           Word = "none"
	WordSet            Word = "set"
	WordExists         Word = "exists"
	WordMissing        Word = "missing"
	WordReachable      Word = "reachable"
	WordLocked         Word = "locked"
	WordSilent         Word = "silent" // does not answer
	WordUnknown        Word = "unknown"
	WordNotLooked      Word = "not_looked" // not examined on this system
	WordSynchronised   Word = "synchronised"
	WordUnsynchronised Word = "unsynchronised"
)

// Finding is one thing that is wrong or worth knowing. Faces have the
// messages "finding.CODE.what" and "finding.CODE.do" for each.
type Finding struct {
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	// About is the home, program or variable, "" for the machine.
	About string `json:"about,omitempty"`
	// Args are the messages' placeholders, each followed by its value: a string,
	// an error, or a loan for how it stands.
	Args []any `json:"-"`
}

// Severity says how bad a Finding is.
type Severity string

// The severities, the worst first.
const (
	// Problem: the sign-in does not work, or will not be kept fresh.
	Problem Severity = "problem"
	// Warning: something that is wanted does not work.
	Warning Severity = "warning"
	// Note: good to know.
	Note Severity = "note"
)

// rank orders severities.
func (s Severity) rank() int { return slices.Index([]Severity{Problem, Warning, Note}, s) }

// The codes of facts, in the order of the report.
const (
	FactVersion       = "rekey.version"
	FactSystem        = "system"
	FactConfig        = "config.file"
	FactHook          = "config.hook"
	FactHome          = "home"           // once for each
	FactStore         = "home.store"     // file, keyring, auto or ephemeral
	FactKeyring       = "home.keyring"   // where the store is a keyring
	FactStatus        = "home.status"    // see auth.Status
	FactAccount       = "home.account"   // masked, with the plan
	FactExpires       = "home.expires"   // RFC 3339
	FactRefreshed     = "home.refreshed" // RFC 3339
	FactAgent         = "home.agent"     // the version of the Rekey that runs for the home
	FactLoans         = "home.loans"     // how many; left out for none
	FactCodex         = "codex.path"
	FactCodexVersion  = "codex.version"
	FactCodexRunning  = "codex.running" // how many
	FactCodexHome     = "codex.process" // about a process id: the process's home
	FactPanel         = "desktop.panel"
	FactNotifications = "desktop.notifications" // the daemon and its version
	FactAutostart     = "desktop.autostart"
	FactUnit          = "desktop.unit" // rekey.service, where it is on
	FactWindow        = "desktop.window"
	FactProxy         = "network.proxy" // about a variable
	FactCA            = "network.ca"    // about a variable
	FactClock         = "clock"
)

// The codes of findings.
const (
	FindConfig          = "config.problem"
	FindHook            = "config.hook"
	FindUnsafeHook      = "config.hook_unsafe"
	FindNoHome          = "home.missing"
	FindReadable        = "home.readable" // by others
	FindWritable        = "home.writable" // by everybody
	FindUnusable        = "home.unusable"
	FindUnreadable      = "home.unreadable"
	FindLocked          = "home.keyring_locked"
	FindKeyring         = "home.keyring"
	FindEncrypted       = "home.encrypted"
	FindRestricted      = "home.restricted"
	FindSignedOut       = "home.signed_out"
	FindSignIn          = "home.sign_in"
	FindWaiting         = "home.waiting"
	FindNotTried        = "home.not_tried"
	FindCannotSave      = "home.cannot_save"
	FindBoundFile       = "home.bound_file" // auth.json is a mount point of its own
	FindNoLocks         = "home.no_locks"
	FindState           = "rekey.state_folder"
	FindNoWatches       = "home.no_watches" // changes are polled for
	FindNoAgent         = "agent.none"
	FindMuteAgent       = "agent.mute"
	FindOtherAgent      = "agent.other_version"
	FindOtherSchema     = "agent.other_schema"
	FindLoanFailing     = "loan.failing"
	FindLoanEnded       = "loan.ended"
	FindLoansNoAgent    = "loan.no_agent"
	FindLoansUnreadable = "loan.unreadable"
	FindNoCodex         = "codex.missing"
	FindCodexConfig     = "codex.config"
	FindBrokenCodex     = "codex.broken"
	FindForeignHome     = "codex.other_home"
	FindNoPanel         = "desktop.no_panel"
	FindNoPanelGNOME    = "desktop.no_panel_gnome"
	FindNoTitleBar      = "desktop.no_title_bar"
	FindNoNotifications = "desktop.no_notifications"
	FindTwoStarts       = "desktop.two_starts"
	FindNoAutostart     = "desktop.no_autostart"
	FindNoWindow        = "desktop.no_window"
	FindBadProxy        = "network.bad_proxy"
	FindBadCA           = "network.bad_ca"
	FindFuture          = "clock.behind"
	FindUnsynchronised  = "clock.unsynchronised"
	FindSlow            = "doctor.slow"
)
