package config

import (
	"bytes"
	"log/slog"
	"strconv"

	"rekey/internal/safefile"
	"rekey/internal/userdir"
)

// Value returns a setting's value as written in the file, "" if it is not set
// and depends on the machine. name is a Key's.
func (s Settings) Value(name string) string {
	text := func(value string) string {
		if value == "" {
			return ""
		}
		return quoted(value)
	}
	switch name {
	case "homes":
		if len(s.Homes) == 0 {
			return ""
		}
		return list(s.Homes, quoted)
	case "keep_fresh":
		return strconv.FormatBool(s.KeepFresh)
	case "notifications":
		return strconv.FormatBool(s.Notifications)
	case "usage":
		return quoted(string(s.Usage))
	case "usage_alerts":
		return list(s.UsageAlerts, strconv.Itoa)
	case "sign_in":
		return quoted(string(s.SignIn))
	case "codex":
		return text(s.Codex)
	case "language":
		return text(s.Language)
	case "log":
		for _, l := range levels {
			if l.level == s.Log {
				return quoted(l.name)
			}
		}
	case "hook":
		return text(s.Hook)
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
