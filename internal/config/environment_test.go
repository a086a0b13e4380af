package config

import (
	"log/slog"
	"path/filepath"
	"runtime"
	"testing"

	"rekey/assets/lang"
)

// ada is a user's home directory.
var ada = filepath.FromSlash("/home/ada")

func adasHome() (string, error) { return ada, nil }

func TestPath(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("these are the rules of the other systems")
	}
	for _, tt := range []struct{ xdg, want string }{
		{"", "/home/ada/.config/rekey/config.toml"},
		{"relative", "/home/ada/.config/rekey/config.toml"},
		{"/conf", "/conf/rekey/config.toml"},
	} {
		if got := Path(func(string) string { return tt.xdg }, ada); got != tt.want {
			t.Errorf("with %q it is %s, want %s", tt.xdg, got, tt.want)
		}
	}
}

func TestTheEnvironmentIsStronger(t *testing.T) {
	file := Default()
	file.Homes, file.Codex, file.Language = []string{"/a", "/b"}, "/codex", "en"
	env := map[string]string{}
	getenv := func(name string) string { return env[name] }
	if got, found := file.WithEnvironment(getenv); !got.Equal(file) || found != nil {
		t.Errorf("an empty environment: %+v, %v", got, found)
	}
	env["CODEX_HOME"], env["REKEY_CODEX"], env["REKEY_LANGUAGE"], env["REKEY_LOG"] = "/c", "codex", "zh-hans", "DEBUG"
	want := file
	want.Homes, want.Codex, want.Language, want.Stderr = []string{"/c"}, "codex", "zh-Hans", slog.LevelDebug
	if got, found := file.WithEnvironment(getenv); !got.Equal(want) || found != nil {
		t.Errorf("%+v, %v, want %+v", got, found, want)
	}
	env["REKEY_LANGUAGE"], env["REKEY_LOG"] = "tlh", "loud"
	got, found := file.WithEnvironment(getenv)
	if got.Language != "en" || got.Stderr != LevelOff || len(found) != 2 ||
		found[0].Error() != `REKEY_LANGUAGE is "tlh"; use `+useOneOf(lang.Languages()).Error() ||
		found[1].Error() != `REKEY_LOG is "loud"; use debug, info, warn, error or off` {
		t.Errorf("%+v, %v", got, found)
	}
}
