package config

import (
	"bytes"
	"log/slog"
	"strconv"

	"rekey/auth"
	"rekey/internal/safefile"
	"rekey/internal/userdir"
)

// Value returns a setting's value as written in the file, "" if it is not set
// and depends on the machine. name is a Key's.
func (s Settings) Value(name string) string {
	k, known := lookup(name)
	if !known {
		return ""
	}
	switch value := k.of(&s).(type) {
	case *bool:
		return strconv.FormatBool(*value)
	case *[]int:
		return list(*value, strconv.Itoa)
	case *[]string:
		if len(*value) > 0 {
			return list(*value, quoted)
		}
	case *UsageMode:
		return quoted(string(*value))
	case *auth.SignInMethod:
		return quoted(string(*value))
	case *string:
		if *value != "" {
			return quoted(*value)
		}
	case *slog.Level:
		for _, l := range levels {
			if l.level == *value {
				return quoted(l.name)
			}
		}
	}
	return ""
}

// Homes lists the homes that a file names, as they are written there and as
// absolute paths; none if the setting is missing or cannot be used.
func Homes(path string) (written, homes []string) {
	data, entries := settingsIn(path)
	s, _ := Default().parse(path, data, userdir.Home)
	for _, e := range entries {
		if e.name == "homes" && decode(data[e.value:e.end], &written, TypePaths) == nil && len(written) == len(s.Homes) {
			return written, s.Homes
		}
	}
	return nil, nil
}

// Named lists the keys that a file sets, usable or not.
func Named(path string) (names []string) {
	_, entries := settingsIn(path)
	for _, e := range entries {
		if _, known := lookup(e.name); known {
			names = append(names, e.name)
		}
	}
	return names
}

// settingsIn reads a file and the places of its settings, none if it cannot be read.
func settingsIn(path string) (data []byte, entries []entry) {
	file, err := safefile.Read(path, maxFile)
	if err != nil {
		return nil, nil
	}
	data, _ = bytes.CutPrefix(file.Data, byteOrderMark)
	return data, scan(data).entries
}

// levels are the words for how much is logged.
var levels = []struct {
	name  string
	level slog.Level
}{
	{"debug", slog.LevelDebug}, {"info", slog.LevelInfo}, {"warn", slog.LevelWarn}, {"error", slog.LevelError},
	{"off", LevelOff},
}

func levelNames() []string {
	names := make([]string, len(levels))
	for i, l := range levels {
		names[i] = l.name
	}
	return names
}

// parseLevel parses one of the level words.
func parseLevel(name string) (slog.Level, bool) {
	for _, l := range levels {
		if l.name == name {
			return l.level, true
		}
	}
	return 0, false
}
