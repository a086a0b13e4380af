package config

import (
	"slices"

	"rekey/assets/lang"
	"rekey/auth"
)

// Type is the form of a key's value in the file.
type Type string

// The types.
const (
	TypeSwitch Type = "true or false"
	TypeWord   Type = "one of several words"
	TypePath   Type = "a path"
	TypePaths  Type = "a list of paths"
	// TypePercents is a list of whole numbers from 1 to 100.
	TypePercents Type = "a list of percents"
)

// Key describes one key of the file. The translations explain its purpose.
type Key struct {
	Name string
	Type Type
	// Values are the words of a TypeWord.
	Values []string
	// Default is the default value as written in the file, "" if it cannot be: the
	// translations say what it is then.
	Default string
	// Env is the environment variable that overrides the file, "" for none.
	Env string
}

// Keys lists every key in the order of the manual.
func Keys() []Key {
	keys := make([]Key, len(table))
	for i, k := range table {
		keys[i] = k.Key
		keys[i].Values = slices.Clone(k.Values)
	}
	return keys
}

// key is a Key and the setting it stands for.
type key struct {
	Key
	// of returns where the setting is: a pointer into the Settings.
	of func(*Settings) any
}

// table never changes.
var table = []key{
	{Key{Name: "homes", Type: TypePaths, Default: `["~/.codex"]`, Env: "CODEX_HOME"}, func(s *Settings) any { return &s.Homes }},
	{Key{Name: "keep_fresh", Type: TypeSwitch, Default: "true"}, func(s *Settings) any { return &s.KeepFresh }},
	{Key{Name: "notifications", Type: TypeSwitch, Default: "true"}, func(s *Settings) any { return &s.Notifications }},
	{Key{Name: "usage", Type: TypeWord, Values: names(UsageOn, UsageOff), Default: `"on"`}, func(s *Settings) any { return &s.Usage }},
	{Key{Name: "usage_alerts", Type: TypePercents, Default: "[]"}, func(s *Settings) any { return &s.UsageAlerts }},
	{Key{Name: "sign_in", Type: TypeWord, Values: names(auth.SignInMethods()...), Default: `"browser"`}, func(s *Settings) any { return &s.SignIn }},
	{Key{Name: "codex", Type: TypePath, Env: "REKEY_CODEX"}, func(s *Settings) any { return &s.Codex }},
	{Key{Name: "language", Type: TypeWord, Values: lang.Languages(), Env: "REKEY_LANGUAGE"}, func(s *Settings) any { return &s.Language }},
	{Key{Name: "log", Type: TypeWord, Values: levelNames(), Default: `"info"`}, func(s *Settings) any { return &s.Log }},
	{Key{Name: "hook", Type: TypePath}, func(s *Settings) any { return &s.Hook }},
}

// Words returns the words that a key can be set to, nil if it takes no words.
func Words(name string) []string {
	k, _ := lookup(name)
	return slices.Clone(k.Values)
}

// names converts the values of a string type.
func names[T ~string](values ...T) []string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	return words
}

// lookup finds a key by its name.
func lookup(name string) (key, bool) {
	i := slices.IndexFunc(table, func(k key) bool { return k.Name == name })
	if i < 0 {
		return key{}, false
	}
	return table[i], true
}
