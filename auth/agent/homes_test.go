package agent

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"rekey/internal/config"
	"rekey/test/kit/must"
)

func TestUserDirs(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("these are the rules of the other systems")
	}
	home := filepath.FromSlash("/home/ada")
	own := filepath.Join(home, ".local", "state", "rekey")
	for name, tt := range map[string]struct {
		env  map[string]string
		want Dirs
	}{
		"nothing set": {nil, Dirs{own, filepath.Join(own, "run")}},
		"both set": {map[string]string{"XDG_STATE_HOME": "/state", "XDG_RUNTIME_DIR": "/run/user/7"},
			Dirs{"/state/rekey", "/run/user/7/rekey"}},
		"relative ones do not count": {map[string]string{"XDG_STATE_HOME": "state", "XDG_RUNTIME_DIR": "run"},
			Dirs{own, filepath.Join(own, "run")}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := UserDirs(func(name string) string { return tt.env[name] }, home); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestHomes(t *testing.T) {
	root := must.Get(filepath.EvalSymlinks(t.TempDir()))(t)
	at := func(name string) string { return filepath.Join(root, name) }
	for _, dir := range []string{".codex", "work", "shared"} {
		must.Do(t, os.Mkdir(at(dir), 0o700))
	}
	// One home by another name, and one with the sign-in of another.
	for name, to := range map[string]string{"link": "work", "shared/auth.json": "../work/auth.json"} {
		must.Do(t, os.Symlink(to, at(name)))
	}
	must.Do(t, os.WriteFile(at("file"), nil, 0o600))
	userHome := func() (string, error) { return root, nil }
	for name, tt := range map[string]struct {
		named, chosen []string
		want          []string
		says          string
	}{
		"nothing":                      {nil, nil, []string{".codex"}, ""},
		"the user's choice":            {nil, []string{at("work"), at(".codex")}, []string{"work", ".codex"}, ""},
		"the command line is stronger": {[]string{at("later")}, []string{at("work")}, []string{"later"}, ""},
		"each once":                    {[]string{at("link"), at("work"), at("shared")}, nil, []string{"work"}, ""},
		"one cannot be":                {[]string{at("file"), at("work")}, nil, []string{"work"}, "the home " + at("file")},
	} {
		t.Run(name, func(t *testing.T) {
			var want []string
			for _, name := range tt.want {
				want = append(want, at(name))
			}
			got, err := Homes(tt.named, config.Settings{Homes: tt.chosen}, userHome)
			if !slices.Equal(got, want) || (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Homes = %q, %v, want %q, %q", got, err, want, tt.says)
			}
		})
	}
}
