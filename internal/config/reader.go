package config

import (
	"log/slog"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"rekey/auth"
	"rekey/internal/fault"
)

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

// set reads a key's value, or returns what it should be.
func (r *reader) set(k key, raw []byte) (do error) {
	switch into := k.of(&r.Settings).(type) {
	case *bool:
		return decode(raw, into, k.Type)
	case *[]string:
		return r.paths(raw, into)
	case *[]int:
		return percents(raw, into)
	case *slog.Level:
		return level(raw, into)
	case *UsageMode:
		return setWord(raw, k.Key, into)
	case *auth.SignInMethod:
		return setWord(raw, k.Key, into)
	case *string:
		if k.Type == TypePath {
			return r.absolute(raw, into)
		}
		return setWord(raw, k.Key, into)
	}
	return nil // no setting has another type
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

func level(raw []byte, into *slog.Level) (do error) {
	var word string
	if decode(raw, &word, TypeWord) == nil {
		if level, ok := parseLevel(word); ok {
			*into = level
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
func percents(raw []byte, into *[]int) (do error) {
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
