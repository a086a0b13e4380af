package config

import (
	"log/slog"
	"math"
	"path/filepath"
	"reflect"

	"rekey/auth"
	"rekey/internal/userdir"
)

// LevelOff is the level at which nothing is logged.
const LevelOff = slog.Level(math.MaxInt32)

// Settings are what the user has chosen. Paths are absolute.
type Settings struct {
	// Homes are the Codex homes to look after; nil: Codex's own.
	Homes []string
	// KeepFresh: refresh ahead of time.
	KeepFresh bool
	// Notifications: notify when only the user can mend a sign-in.
	Notifications bool
	// Usage: whether it may be asked how much of the plan is used.
	Usage UsageMode
	// UsageAlerts are the percents at which to tell how full a window is,
	// ascending; with any, also when a full one has been reset. Nil: never.
	UsageAlerts []int
	// SignIn is how a sign-in is made.
	SignIn auth.SignInMethod
	// Codex is the Codex program, "": wherever it is found.
	Codex string
	// Language is that of all texts, "": the environment's.
	Language string
	// Log is the least level that the log file takes.
	Log slog.Level
	// Hook is the program that is run when a State changes, "": none.
	Hook string
	// Stderr is the least level that is logged to standard error. Only the
	// environment sets it.
	Stderr slog.Level
}

// UsageMode says when the backend is asked how much of the plan is used.
type UsageMode string

// The modes.
const (
	UsageOn  UsageMode = "on"  // when somebody looks
	UsageOff UsageMode = "off" // never
)

// Default is what holds when nothing is set.
func Default() Settings {
	return Settings{KeepFresh: true, Notifications: true, Usage: UsageOn, SignIn: auth.SignInBrowser, Log: slog.LevelInfo, Stderr: LevelOff}
}

// Equal reports whether both are the same in every setting.
func (s Settings) Equal(t Settings) bool { return reflect.DeepEqual(s, t) }

// Path is where the configuration file lies: $XDG_CONFIG_HOME/rekey/config.toml
// on Linux, the systems' own folders elsewhere. userHome is the user's home
// directory.
func Path(getenv func(string) string, userHome string) string {
	return filepath.Join(userdir.Config(getenv, userHome), "rekey", "config.toml")
}
