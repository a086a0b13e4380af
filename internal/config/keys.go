package config

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"rekey/assets/lang"
	"rekey/auth"
	"rekey/internal/fault"
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
	// Default is the default value as written in the file, or in words if it
	// depends on the machine.
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

// key is a Key that can be read.
type key struct {
	Key
	// set stores a value, or returns what it should be.
	set func(r *reader, k Key, raw []byte) (do error)
	// keep copies it from other Settings.
	keep func(to *Settings, from Settings)
}

// table never changes.
var table = []key{
	{
		Key{Name: "homes", Type: TypePaths, Default: `["~/.codex"]`, Env: "CODEX_HOME"},
		func(r *reader, _ Key, raw []byte) error { return r.paths(raw, &r.Homes) },
		func(to *Settings, from Settings) { to.Homes = from.Homes },
	},
	{
		Key{Name: "keep_fresh", Type: TypeSwitch, Default: "true"},
		func(r *reader, k Key, raw []byte) error { return decode(raw, &r.KeepFresh, k.Type) },
		func(to *Settings, from Settings) { to.KeepFresh = from.KeepFresh },
	},
	{
		Key{Name: "notifications", Type: TypeSwitch, Default: "true"},
		func(r *reader, k Key, raw []byte) error { return decode(raw, &r.Notifications, k.Type) },
		func(to *Settings, from Settings) { to.Notifications = from.Notifications },
	},
	{
		Key{Name: "usage", Type: TypeWord, Values: names(UsageOn, UsageOff), Default: `"on"`},
		func(r *reader, k Key, raw []byte) error { return setWord(raw, k, &r.Usage) },
		func(to *Settings, from Settings) { to.Usage = from.Usage },
	},
	{
		Key{Name: "usage_alerts", Type: TypePercents, Default: "[]"},
		func(r *reader, _ Key, raw []byte) error { return r.percents(raw, &r.UsageAlerts) },
		func(to *Settings, from Settings) { to.UsageAlerts = from.UsageAlerts },
	},
	{
		Key{Name: "sign_in", Type: TypeWord, Values: names(auth.SignInMethods()...), Default: `"browser"`},
		func(r *reader, k Key, raw []byte) error { return setWord(raw, k, &r.SignIn) },
		func(to *Settings, from Settings) { to.SignIn = from.SignIn },
	},
	{
		Key{Name: "codex", Type: TypePath, Default: "the codex that is found", Env: "REKEY_CODEX"},
		func(r *reader, _ Key, raw []byte) error { return r.absolute(raw, &r.Codex) },
		func(to *Settings, from Settings) { to.Codex = from.Codex },
	},
	{
		Key{Name: "language", Type: TypeWord, Values: lang.Languages(), Default: "the environment's", Env: "REKEY_LANGUAGE"},
		func(r *reader, k Key, raw []byte) error { return setWord(raw, k, &r.Language) },
		func(to *Settings, from Settings) { to.Language = from.Language },
	},
	{
		Key{Name: "log", Type: TypeWord, Values: levelNames(), Default: `"info"`},
		func(r *reader, _ Key, raw []byte) error { return r.level(raw) },
		func(to *Settings, from Settings) { to.Log = from.Log },
	},
	{
		Key{Name: "hook", Type: TypePath, Default: "none"},
		func(r *reader, _ Key, raw []byte) error { return r.absolute(raw, &r.Hook) },
		func(to *Settings, from Settings) { to.Hook = from.Hook },
	},
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

// reader puts together the Settings of one file.
type reader struct {
	Settings
	folder string                 // which relative paths begin at
	home   func() (string, error) // the user's home directory
}

// decode reads a TOML value into into, which it leaves unchanged if the type
// does not match.
func decode[T any](raw []byte, into *T, t Type) (do error) {
	var v struct{ Value T }
	if err := toml.Unmarshal(append([]byte("Value = "), raw...), &v); err != nil {
		switch t {
		case TypePaths:
			return fault.New("use_paths", `a list of paths, as in ["~/.codex"]`)
		case TypePercents:
			return usePercents
		case TypeSwitch:
			return fault.New("use_switch", "true or false")
		}
		return fault.New("use_text", "a text in quotation marks")
	}
	*into = v.Value
	return nil
}

// setWord reads one of a key's words.
func setWord[T ~string](raw []byte, k Key, into *T) (do error) {
	var word string
	if decode(raw, &word, TypeWord) != nil || !slices.Contains(k.Values, word) {
		return useOneOf(k.Values)
	}
	*into = T(word)
	return nil
}

func (r *reader) level(raw []byte) (do error) {
	var word string
	if decode(raw, &word, TypeWord) == nil {
		if level, ok := parseLevel(word); ok {
			r.Log = level
			return nil
		}
	}
	return useOneOf(levelNames())
}

func (r *reader) paths(raw []byte, into *[]string) (do error) {
	var paths []string
	if do := decode(raw, &paths, TypePaths); do != nil {
		return do
	}
	for i, path := range paths {
		var do error
		if paths[i], do = r.resolve(path); do != nil {
			return do
		}
	}
	if len(paths) == 0 {
		return fault.New("use_home", "at least one home, or remove the line")
	}
	*into = paths
	return nil
}

// usePercents says what a TypePercents value looks like.
var usePercents = fault.New("use_percents", "a list of percents from 1 to 100, as in [80, 95], or [] for never")

// percents reads a list of percents, in any order.
func (r *reader) percents(raw []byte, into *[]int) (do error) {
	var list []int
	if do := decode(raw, &list, TypePercents); do != nil {
		return do
	}
	for _, p := range list {
		if p < 1 || p > 100 {
			return usePercents
		}
	}
	slices.Sort(list)
	if list = slices.Compact(list); len(list) == 0 {
		list = nil
	}
	*into = list
	return nil
}

// absolute reads a path that must be absolute.
func (r *reader) absolute(raw []byte, into *string) (do error) {
	var path string
	if do := decode(raw, &path, TypePath); do != nil {
		return do
	}
	if !filepath.IsAbs(path) && !tilde(path) {
		return fault.New("use_program", "the absolute path of a program")
	}
	path, do = r.resolve(path)
	if do == nil {
		*into = path
	}
	return do
}

// tilde reports whether a path begins at the user's home directory.
func tilde(path string) bool {
	return path == "~" || strings.HasPrefix(path, "~/") || strings.HasPrefix(path, "~"+string(filepath.Separator))
}

// resolve makes a path absolute: ~ is the user's home directory, and relative
// paths begin at the file's folder.
func (r *reader) resolve(path string) (absolute string, do error) {
	switch {
	case path == "":
		return "", fault.New("use_path", "a path, or remove the line")
	case strings.ContainsRune(path, 0):
		return "", fault.New("use_possible", "a path that can exist")
	case tilde(path):
		home, err := r.home()
		if err != nil {
			return "", fault.New("use_no_tilde", "the path without ~ because your home directory is not known here")
		}
		return filepath.Join(home, path[1:]), nil
	case filepath.IsAbs(path):
		return filepath.Clean(path), nil
	}
	return filepath.Join(r.folder, path), nil
}

// useOneOf says which words can be used.
func useOneOf(words []string) error {
	last := len(words) - 1
	return fault.New("use_words", "{{.Some}} or {{.Last}}", "Some", strings.Join(words[:last], ", "), "Last", words[last])
}
