package login

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"rekey/internal/fault"
	"rekey/internal/safefile"
)

// CodexSearch tells FindCodex where to look. The program fills in the values of
// its machine.
type CodexSearch struct {
	// Setting is the configured path, "" for none. If set, it is the only
	// place; "~/" is the user's home.
	Setting string
	// Getenv reads the environment.
	Getenv func(string) string
	// UserHome is the user's home folder, "" when unknown.
	UserHome string
	// System is runtime.GOOS.
	System string
}

// NoCodexError means that there is no codex to run.
type NoCodexError struct {
	// Setting is the configured path, "" when there is none.
	Setting string
	// Looked are the paths that were tried.
	Looked []string
}

// AsFault implements fault.Coded.
func (e *NoCodexError) AsFault() *fault.Fault {
	if e.Setting != "" {
		return fault.New("codex_configured", "the configured codex, {{.Path}}, is not a program that can be run", "Path", e.Setting)
	}
	return fault.New("no_codex", "the codex program was not found in {{.Places}} usual places", "Places", len(e.Looked))
}

// Error implements error.
func (e *NoCodexError) Error() string { return e.AsFault().Error() }

// FindCodex returns the absolute path of the user's own codex, without running
// anything; a desktop session often has a shorter PATH than a terminal. If the
// setting is set, it looks nowhere else. Otherwise it searches, in order, PATH,
// the folders of npm, nvm and other Node.js managers, and the usual folders. Its
// error is a *NoCodexError.
func FindCodex(s CodexSearch) (path string, err error) {
	if s.Setting != "" {
		path = s.Setting
		if rest, ok := strings.CutPrefix(path, "~/"); ok && s.UserHome != "" {
			path = filepath.Join(s.UserHome, rest)
		}
		if !filepath.IsAbs(path) || !s.canRun(path) {
			return "", &NoCodexError{Setting: s.Setting, Looked: []string{path}}
		}
		return path, nil
	}
	names := []string{"codex"}
	if s.System == "windows" {
		names = []string{"codex.exe", "codex.cmd"}
	}
	var looked []string
	for _, dir := range s.folders() {
		for _, name := range names {
			path = filepath.Join(dir, name)
			if !filepath.IsAbs(dir) || slices.Contains(looked, path) {
				continue // a relative folder on PATH cannot be trusted
			}
			looked = append(looked, path)
			if s.canRun(path) {
				return path, nil
			}
		}
	}
	return "", &NoCodexError{Looked: looked}
}

// canRun reports whether this user can run the path.
func (s CodexSearch) canRun(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && (s.System == "windows" || info.Mode()&0o111 != 0)
}

// folders are where codex may be, the likeliest first.
func (s CodexSearch) folders() []string {
	dirs := filepath.SplitList(s.Getenv("PATH"))
	dirs = append(dirs, s.npm()...)
	below := func(base string, paths ...string) {
		for _, path := range paths {
			if base != "" {
				dirs = append(dirs, filepath.Join(base, filepath.FromSlash(path)))
			}
		}
	}
	if s.System == "windows" {
		below(s.Getenv("APPDATA"), "npm")
		below(s.Getenv("LOCALAPPDATA"), "Volta/bin", "pnpm", "Microsoft/WinGet/Links")
		below(s.Getenv("ProgramFiles"), "nodejs", "codex")
		below(s.UserHome, "scoop/shims", ".bun/bin", ".cargo/bin")
		return dirs
	}
	below(s.UserHome, ".npm-global/bin", ".local/bin")
	dirs = append(dirs, s.nvm()...)
	below(s.Getenv("PNPM_HOME"), ".")
	below(s.UserHome, ".volta/bin", ".local/share/fnm/aliases/default/bin", ".local/share/mise/shims", ".asdf/shims",
		".local/share/pnpm", "Library/pnpm", ".bun/bin", ".cargo/bin", "bin")
	return append(dirs, "/usr/local/bin", "/opt/homebrew/bin", "/home/linuxbrew/.linuxbrew/bin", "/usr/bin", "/snap/bin")
}

// npm returns the folders where npm puts globally installed programs.
func (s CodexSearch) npm() (dirs []string) {
	for _, prefix := range []string{s.Getenv("npm_config_prefix"), s.Getenv("NPM_CONFIG_PREFIX"), s.npmrcPrefix()} {
		switch {
		case prefix == "":
		case s.System == "windows":
			dirs = append(dirs, prefix)
		default:
			dirs = append(dirs, filepath.Join(prefix, "bin"))
		}
	}
	return dirs
}

// maxNpmrc is the largest .npmrc that is read, in bytes.
const maxNpmrc = 64 << 10

// npmrcPrefix is the prefix in the user's .npmrc, "" where there is none.
func (s CodexSearch) npmrcPrefix() (prefix string) {
	if s.UserHome == "" {
		return ""
	}
	file, err := safefile.Read(filepath.Join(s.UserHome, ".npmrc"), maxNpmrc)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(file.Data)) {
		name, value, ok := strings.Cut(line, "=")
		if ok && strings.TrimSpace(name) == "prefix" { // the last one counts
			prefix = strings.Trim(strings.TrimSpace(value), `"'`)
		}
	}
	prefix = strings.ReplaceAll(prefix, "${HOME}", s.UserHome)
	if rest, ok := strings.CutPrefix(prefix, "~/"); ok {
		prefix = filepath.Join(s.UserHome, rest)
	}
	return prefix
}

// nvm returns the folders where nvm puts the programs of each Node.js, newest
// first.
func (s CodexSearch) nvm() (dirs []string) {
	base := s.Getenv("NVM_DIR")
	if base == "" && s.UserHome != "" {
		base = filepath.Join(s.UserHome, ".nvm")
	}
	versions := filepath.Join(base, "versions", "node")
	entries, err := os.ReadDir(versions)
	if err != nil {
		return nil
	}
	slices.SortFunc(entries, func(a, b os.DirEntry) int {
		return slices.Compare(numbers(b.Name()), numbers(a.Name()))
	})
	for _, e := range entries {
		dirs = append(dirs, filepath.Join(versions, e.Name(), "bin"))
	}
	return dirs
}

// numbers returns the numbers of a version such as "v22.1.0".
func numbers(version string) (list []int) {
	for part := range strings.SplitSeq(strings.TrimPrefix(version, "v"), ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			n = -1 // an unusual name comes last
		}
		list = append(list, n)
	}
	return list
}
