package config

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"rekey/assets/lang"
	"rekey/auth"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

func TestLoad(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the paths are those of the other systems")
	}
	with := func(change func(*Settings)) Settings {
		s := Default()
		change(&s)
		return s
	}
	tests := map[string]struct {
		text string
		want Settings
		says []string // what the problems say, in their order
	}{
		"empty":    {"", Default(), nil},
		"comments": {"# nothing\n\n  # at all", Default(), nil},
		"everything": {`
homes = ["~/.codex", "/srv/codex", "work"] # three
keep_fresh = false
notifications=false
usage = "off"
usage_alerts = [80, 95]
"sign_in" = 'device'
codex = "~/bin/codex"
language = "zh-Hans"
log = "debug"
hook = "/usr/bin/notify"
`, Settings{
			Homes: []string{"/home/ada/.codex", "/srv/codex", "/etc/rekey/work"}, Usage: UsageOff, UsageAlerts: []int{80, 95}, SignIn: "device",
			Codex: "/home/ada/bin/codex", Language: "zh-Hans", Log: slog.LevelDebug, Stderr: LevelOff, Hook: "/usr/bin/notify",
		}, nil},
		"carriage returns":         {"keep_fresh = false\r\nlog = \"off\"\r\n", with(func(s *Settings) { s.KeepFresh, s.Log = false, LevelOff }), nil},
		"a byte order mark":        {"\ufeffkeep_fresh = false\n", with(func(s *Settings) { s.KeepFresh = false }), nil},
		"many lines":               {"homes = [\n  \"/a\", # one\n  \"/b\",\n]\nkeep_fresh = false", with(func(s *Settings) { s.Homes, s.KeepFresh = []string{"/a", "/b"}, false }), nil},
		"a codex without a folder": {`codex = "codex-beta"`, Default(), []string{"use the absolute path of a program"}},
		"a tilde in a name":        {`homes = ["~/~x", "~x"]`, with(func(s *Settings) { s.Homes = []string{"/home/ada/~x", "/etc/rekey/~x"} }), nil},

		"one bad word": {"keep_fresh = false\n\nsign_in = \"brwser\"\nlog = \"warn\"",
			with(func(s *Settings) { s.KeepFresh, s.Log = false, slog.LevelWarn }),
			[]string{`config.toml:3: sign_in is "brwser"; use browser, device or codex`}},
		"bad values": {"homes = \"/a\"\nkeep_fresh = \"yes\"\nnotifications = 1\nsign_in = true\ncodex = [\"a\"]\nlanguage = \"tlh\"\nlog = 3\nhook = 2026-01-01\n",
			Default(), []string{
				`config.toml:1: homes is "/a"; use a list of paths, as in ["~/.codex"]`,
				`config.toml:2: keep_fresh is "yes"; use true or false`,
				`config.toml:3: notifications is 1; use true or false`,
				`config.toml:4: sign_in is true; use browser, device or codex`,
				`config.toml:5: codex is ["a"]; use a text in quotation marks`,
				`config.toml:6: language is "tlh"; use ` + useOneOf(lang.Languages()).Error(),
				`config.toml:7: log is 3; use debug, info, warn, error or off`,
				`config.toml:8: hook is 2026-01-01; use a text in quotation marks`,
			}},
		"alerts":                  {"usage = \"off\"\nusage_alerts = [95, 80, 80]", with(func(s *Settings) { s.Usage, s.UsageAlerts = UsageOff, []int{80, 95} }), nil},
		"alerts above the top":    {"usage_alerts = [80, 101]", Default(), []string{"config.toml:1: usage_alerts is [80, 101]; use a list of percents from 1 to 100, as in [80, 95], or [] for never"}},
		"alerts that are no list": {"usage_alerts = 80\nusage = true", Default(), []string{"config.toml:1: usage_alerts is 80; use a list of percents", "config.toml:2: usage is true; use on or off"}},
		"homes that are none":     {"homes = []", Default(), []string{"config.toml:1: homes is []; use at least one home, or remove the line"}},
		"a nameless home":         {`homes = ["/a", ""]`, Default(), []string{"use a path, or remove the line"}},
		"an impossible path":      {`codex = "/a\u0000"`, Default(), []string{"use a path that can exist"}},
		"a relative hook":         {`hook = "bin/notify"`, Default(), []string{`config.toml:1: hook is "bin/notify"; use the absolute path of a program`}},
		"a hook at home":          {`hook = "~/bin/notify"`, with(func(s *Settings) { s.Hook = "/home/ada/bin/notify" }), nil},
		"misspelt": {"keep-fresh = false\nkeepFresh = false\nsingin = \"device\"\nport = 80\n", Default(), []string{
			"config.toml:1: keep-fresh is not a setting of Rekey; did you mean keep_fresh?",
			"config.toml:2: keepFresh is not a setting of Rekey; did you mean keep_fresh?",
			"config.toml:3: singin is not a setting of Rekey; did you mean sign_in?",
			"config.toml:4: port is not a setting of Rekey; the settings are homes, keep_fresh, notifications, usage, usage_alerts, sign_in, codex, language, log and hook",
		}},
		"with dots": {"log.level = \"debug\"\nlog = \"warn\"", with(func(s *Settings) { s.Log = slog.LevelWarn }),
			[]string{"config.toml:1: log.level is not a setting of Rekey"}},
		"twice": {"log = \"warn\"\n# again\nlog = \"debug\"\n", with(func(s *Settings) { s.Log = slog.LevelWarn }),
			[]string{"config.toml:3: log is set a second time; line 1 applies, remove one of them"}},
		"in tables": {"log = \"warn\"\n\n[ a . b ]\nkeep_fresh = false\n[[c]]\nx = 1\n", with(func(s *Settings) { s.Log = slog.LevelWarn }), []string{
			"config.toml:3: [a.b] is not part of Rekey's settings; put settings above the first line in brackets",
			"config.toml:5: [c] is not part",
		}},
		"a slip of the pen": {"log = \"warn\"\nkeep_fresh false\nsign_in = device\nnotifications = false\n",
			with(func(s *Settings) { s.Log, s.Notifications = slog.LevelWarn, false }),
			[]string{"config.toml:2: this line is not valid TOML ("}},
		"unfinished":               {"keep_fresh = false\nlog = ", with(func(s *Settings) { s.KeepFresh = false }), []string{"config.toml:2: this line is not valid TOML"}},
		"binary":                   {"\x00\xff\xfe\n", Default(), []string{"config.toml:1: this line is not valid TOML"}},
		"a long value":             {"log = \"" + strings.Repeat("x", 500) + "\"", Default(), []string{"xxx …; use debug"}},
		"a value of several lines": {"log = \"\"\"a\r\nb\"\"\"", Default(), []string{`log is """a …; use debug`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, found := Default().parse("/etc/rekey/config.toml", []byte(tt.text), adasHome)
			if !got.Equal(tt.want) {
				t.Errorf("the settings are\n%+v, want\n%+v", got, tt.want)
			}
			if len(found) != len(tt.says) {
				t.Fatalf("%d problems, want %d: %v", len(found), len(tt.says), found)
			}
			for i, says := range tt.says {
				if text := found[i].Error(); !strings.Contains(text, says) || !strings.HasPrefix(text, "/etc/rekey/config.toml:") {
					t.Errorf("it says %q, want %q", text, says)
				}
			}
		})
	}
}

func TestLoadWithoutAUser(t *testing.T) {
	nobody := func() (string, error) { return "", errors.New("who?") }
	got, found := Default().parse("config.toml", []byte("homes = [\"~/.codex\"]\nkeep_fresh = false"), nobody)
	if got.KeepFresh || len(found) != 1 || !strings.Contains(found[0].Error(), "use the path without ~") {
		t.Errorf("%+v, %v", got, found)
	}
}

func TestLoadFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "config.toml")
	if s, found := Load(path); !s.Equal(Default()) || found != nil {
		t.Errorf("without a file: %+v, %v", s, found)
	}
	if s, found := Load(filepath.Join(dir, "no", "folder", "config.toml")); !s.Equal(Default()) || found != nil {
		t.Errorf("without a folder: %+v, %v", s, found)
	}
	put(t, path, "keep_fresh = false\n")
	if s, found := Load(path); s.KeepFresh || found != nil {
		t.Errorf("with a file: %+v, %v", s, found)
	}
	put(t, path, strings.Repeat("#", maxFile+1))
	unreadable(t, path, "larger than")
	unreadable(t, dir, "it is a folder")
}

func unreadable(t *testing.T, path, says string) {
	t.Helper()
	s, found := Load(path)
	if !s.Equal(Default()) || len(found) != 1 || found[0].Code != CodeUnreadable || !strings.Contains(found[0].Error(), says) {
		t.Errorf("%+v, %v, want %q", s, found, says)
	}
}

func TestKeysAreComplete(t *testing.T) {
	for _, k := range Keys() {
		if k.Name == "" || k.Type == "" {
			t.Errorf("incomplete: %+v", k)
		}
		if k.Values != nil && k.Type != TypeWord || k.Values == nil && k.Type == TypeWord {
			t.Errorf("the words of %+v", k)
		}
		for _, word := range k.Values {
			if _, found := Default().parse("", []byte(k.Name+" = "+quoted(word)), adasHome); found != nil {
				t.Errorf("%s cannot be %s: %v", k.Name, word, found)
			}
		}
	}
	// A default that is a value changes nothing.
	for _, k := range Keys() {
		if k.Default == "" || k.Name == "homes" {
			continue
		}
		if s, found := Default().parse("", []byte(k.Name+" = "+k.Default), adasHome); !s.Equal(Default()) || found != nil {
			t.Errorf("%s is %s by default: %+v, %v", k.Name, k.Default, s, found)
		}
	}
	keys := Keys()
	keys[3].Values[0] = "changed"
	if Keys()[3].Values[0] == "changed" {
		t.Error("who asks can change the table")
	}
}

func TestProblemsNameTheirCause(t *testing.T) {
	_, found := Load(t.TempDir() + string(os.PathSeparator) + "x\x00")
	if len(found) != 1 || errors.Is(found[0], fs.ErrNotExist) || found[0].Unwrap() == nil {
		t.Errorf("%v", found)
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	must.Do(t, os.WriteFile(path, []byte(text), 0o600))
}

func content(t *testing.T, path string) string {
	t.Helper()
	data := files.Read(t, path)
	return string(data)
}

// What cannot be read does not change: a typing error must not switch the
// keeper on again.
func TestReloadKeepsWhatItCannotRead(t *testing.T) {
	was := Default()
	was.KeepFresh, was.Log, was.Hook = false, slog.LevelDebug, "/hook"
	for text, want := range map[string]func(*Settings){
		"":                                  func(s *Settings) { *s = Default() },
		"keep_fresh = fals":                 func(*Settings) {},
		"keep_fresh = 0":                    func(s *Settings) { *s = Default(); s.KeepFresh = false },
		"keep_fresh = 0\nlog = \"off\"":     func(s *Settings) { *s = Default(); s.KeepFresh, s.Log = false, LevelOff },
		"keep_fresh fals\nlog = \"off\"":    func(s *Settings) { s.Log = LevelOff },
		"keepfresh = true":                  func(s *Settings) { *s = Default() },
		"hook = \"bin/hook\"":               func(s *Settings) { *s = Default(); s.Hook = "/hook" },
		"homes = [1]\nsign_in = \"device\"": func(s *Settings) { *s = Default(); s.SignIn = auth.SignInDevice },
	} {
		expected := was
		want(&expected)
		if got, _ := was.parse("/etc/rekey/config.toml", []byte(text), adasHome); !got.Equal(expected) {
			t.Errorf("%q: %+v, want %+v", text, got, expected)
		}
	}
	if got, found := was.Reload(t.TempDir()); !got.Equal(was) || len(found) != 1 {
		t.Errorf("a folder: %+v, %v", got, found)
	}
	if got, found := was.Reload(filepath.Join(t.TempDir(), "none")); !got.Equal(Default()) || found != nil {
		t.Errorf("no file: %+v, %v", got, found)
	}
}
