package login

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"rekey/test/kit/must"
)

// TestFindCodex: where it is found, if these files are there. "H" is the
// user's home, and a path that ends in "-" is no program.
func TestFindCodex(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		setting string
		env     map[string]string
		npmrc   string
		files   []string
		want    string
	}{
		"setting":                  {"H/own/codex", nil, "", []string{"own/codex", "p/codex"}, "own/codex"},
		"setting in the home":      {"~/own/codex", nil, "", []string{"own/codex"}, "own/codex"},
		"setting has another name": {"H/own/codex-next", nil, "", []string{"own/codex-next"}, "own/codex-next"},
		"setting is not there":     {"H/own/codex", map[string]string{"PATH": "H/p"}, "", []string{"p/codex"}, ""},
		"setting is no program":    {"H/own/codex", nil, "", []string{"own/codex-"}, ""},
		"setting is relative":      {"codex", nil, "", nil, ""},
		"PATH":                     {"", map[string]string{"PATH": "H/a:H/p"}, "", []string{"p/codex", ".npm-global/bin/codex"}, "p/codex"},
		"PATH, the first":          {"", map[string]string{"PATH": "H/a:H/p"}, "", []string{"p/codex", "a/codex"}, "a/codex"},
		"PATH, no program":         {"", map[string]string{"PATH": "H/a:H/p"}, "", []string{"p/codex", "a/codex-"}, "p/codex"},
		"PATH, a folder":           {"", map[string]string{"PATH": "H/a:H/p"}, "", []string{"p/codex", "a/codex/x"}, "p/codex"},
		"npm's variable":           {"", map[string]string{"npm_config_prefix": "H/npm"}, "", []string{"npm/bin/codex"}, "npm/bin/codex"},
		"npm's file":               {"", nil, "registry=x\nprefix = ${HOME}/npm\n", []string{"npm/bin/codex"}, "npm/bin/codex"},
		"npm's file with a ~":      {"", nil, "prefix=\"~/npm\"", []string{"npm/bin/codex"}, "npm/bin/codex"},
		"~/.npm-global":            {"", nil, "", []string{".npm-global/bin/codex", ".local/bin/codex"}, ".npm-global/bin/codex"},
		"~/.local":                 {"", nil, "", []string{".local/bin/codex"}, ".local/bin/codex"},
		"nvm, the newest": {"", nil, "", []string{
			".nvm/versions/node/v9.11.2/bin/codex", ".nvm/versions/node/v22.9.0/bin/codex", ".nvm/versions/node/v22.10.0/bin/codex",
			".nvm/versions/node/v24.0.0/bin/node", ".nvm/versions/node/system/bin/codex",
		}, ".nvm/versions/node/v22.10.0/bin/codex"},
		"nvm elsewhere": {"", map[string]string{"NVM_DIR": "H/n"}, "", []string{"n/versions/node/v22.9.0/bin/codex"}, "n/versions/node/v22.9.0/bin/codex"},
		"pnpm":          {"", map[string]string{"PNPM_HOME": "H/pnpm"}, "", []string{"pnpm/codex"}, "pnpm/codex"},
		"Volta":         {"", nil, "", []string{".volta/bin/codex"}, ".volta/bin/codex"},
		"fnm":           {"", nil, "", []string{".local/share/fnm/aliases/default/bin/codex"}, ".local/share/fnm/aliases/default/bin/codex"},
		"Cargo":         {"", nil, "", []string{".cargo/bin/codex"}, ".cargo/bin/codex"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, at := codexSearch(t, tt.env, tt.npmrc, tt.files)
			s.Setting = at(tt.setting)
			got, err := FindCodex(s)
			if tt.want != "" {
				if err != nil || got != at("H/"+tt.want) {
					t.Errorf("got %q, %v", got, err)
				}
				return
			}
			if none, ok := errors.AsType[*NoCodexError](err); !ok || len(none.Looked) != 1 || none.Setting != s.Setting {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

// codexSearch makes a user's home with these files in it. at puts the home's
// path in the place of "H/".
func codexSearch(t *testing.T, env map[string]string, npmrc string, files []string) (s CodexSearch, at func(string) string) {
	t.Helper()
	home := t.TempDir()
	at = func(path string) string {
		if rest, ok := cutHome(path); ok {
			return filepath.Join(home, rest)
		}
		return path
	}
	for _, file := range files {
		mode := os.FileMode(0o755)
		if file[len(file)-1] == '-' {
			file, mode = file[:len(file)-1], 0o644
		}
		writeFile(t, filepath.Join(home, file), "", mode)
	}
	if npmrc != "" {
		writeFile(t, filepath.Join(home, ".npmrc"), npmrc, 0o600)
	}
	getenv := func(name string) string {
		var list []string
		for _, path := range filepath.SplitList(env[name]) {
			list = append(list, at(path))
		}
		return joinList(list)
	}
	return CodexSearch{Getenv: getenv, UserHome: home, System: "linux"}, at
}

func cutHome(path string) (string, bool) {
	if len(path) > 2 && path[:2] == "H/" {
		return path[2:], true
	}
	return "", false
}

func joinList(list []string) (joined string) {
	for i, path := range list {
		if i > 0 {
			joined += string(filepath.ListSeparator)
		}
		joined += path
	}
	return joined
}

func writeFile(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	must.Do(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must.Do(t, os.WriteFile(path, []byte(content), mode))
}

// TestFindCodexNowhere: it tells where it has looked, each place once.
func TestFindCodexNowhere(t *testing.T) {
	s, at := codexSearch(t, map[string]string{"PATH": "H/.cargo/bin:relative:H/p"}, "", nil)
	if !slices.Contains(s.folders(), "/usr/local/bin") {
		t.Errorf("it would look in %q", s.folders())
	}
	s.System = "windows" // whose folders are all this user's: no machine has one there
	_, err := FindCodex(s)
	none, _ := errors.AsType[*NoCodexError](err)
	for want, times := range map[string]int{at("H/.cargo/bin"): 2, at("H/p"): 2, at("H/scoop/shims"): 2, "relative": 0} { // .exe and .cmd
		if n := count(none.Looked, want); n != times {
			t.Errorf("looked %d times in %s, not %d", n, want, times)
		}
	}
}

func count(paths []string, folder string) (n int) {
	for _, path := range paths {
		if filepath.Dir(path) == folder {
			n++
		}
	}
	return n
}

// TestFindCodexOnWindows: npm's place and names there.
func TestFindCodexOnWindows(t *testing.T) {
	s, at := codexSearch(t, map[string]string{"APPDATA": "H/AppData/Roaming"}, "", []string{"AppData/Roaming/npm/codex-", "AppData/Roaming/npm/codex.cmd"})
	s.System = "windows"
	if got, err := FindCodex(s); err != nil || got != at("H/AppData/Roaming/npm/codex.cmd") {
		t.Errorf("got %q, %v", got, err)
	}
}
