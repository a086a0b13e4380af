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

// Settings are the user's choices. Paths are absolute.
type Settings struct {
	// Homes are the Codex homes to look after; nil: Codex's own.
	Homes []string
	// KeepFresh: refresh ahead of time.
	KeepFresh bool
	// Notifications: notify the user when a new sign-in is needed.
	Notifications bool
	// Usage: whether to ask how much of the plan is used.
	Usage UsageMode
	// UsageAlerts are the percentages of a window at which to alert, ascending.
	// If there are any, there is also an alert when a full window has been
	// reset. Nil: never.
	UsageAlerts []int
	// SignIn is how a sign-in is made.
	SignIn auth.SignInMethod
	// Codex is the path of the Codex program; "" searches for it.
	Codex string
	// Language is the language of all texts; "" is the environment's.
	Language string
	// Log is the minimum level for the log file.
	Log slog.Level
	// Hook is the program to run when a State changes, "" for none.
	Hook string
	// Stderr is the minimum level for standard error. Only the environment sets
	// it.
	Stderr slog.Level
}

// UsageMode says when the backend is asked how much of the plan is used.
type UsageMode string

// The modes.
const (
	UsageOn  UsageMode = "on"  // when somebody looks
	UsageOff UsageMode = "off" // never
)

// Default returns the settings when nothing is set.
func Default() Settings {
	return Settings{KeepFresh: true, Notifications: true, Usage: UsageOn, SignIn: auth.SignInBrowser, Log: slog.LevelInfo, Stderr: LevelOff}
}

// Equal reports whether both are the same in every setting.
func (s Settings) Equal(t Settings) bool { return reflect.DeepEqual(s, t) }

// Path is the path of the configuration file:
// $XDG_CONFIG_HOME/rekey/config.toml on Linux, the systems' own folders
// elsewhere. userHome is the user's home directory.
func Path(getenv func(string) string, userHome string) string {
	return filepath.Join(userdir.Config(getenv, userHome), "rekey", "config.toml")
}
