package codex

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"sync"

	"rekey/internal/fault"
)

// What makes a home like another: files, and folders with all that is in them.
// Nothing of a sign-in is among it, and no session: Codex's shared sessions break
// its forks and side chats.
var (
	likeFiles   = [...]string{"config.toml", "AGENTS.md"}
	likeFolders = [...]string{"prompts", "skills"}
)

const (
	maxLikeFile  = 1 << 20
	maxLikeFiles = 2000
)

// Left is a file that MakeLike has not copied.
type Left struct {
	File string // its path in the home, with slashes
	Why  error
}

// MakeLike copies settings, prompts and skills from one home to another, and
// returns what was copied and what was left: a file in which something looks like
// a secret, that cannot be read, or that is larger than 1 MiB. Nothing is
// overwritten, and no link that leads out of the home is followed.
func MakeLike(from, to string) (copied []string, left []Left, err error) {
	source, err := os.OpenRoot(from)
	if err != nil {
		return nil, nil, err
	}
	defer source.Close()
	target, err := os.OpenRoot(to)
	if err != nil {
		return nil, nil, err
	}
	defer target.Close()
	for _, name := range likenessOf(source) {
		err := copyLike(source, target, name)
		switch {
		case err == nil:
			copied = append(copied, name)
		case !errors.Is(err, fs.ErrExist):
			left = append(left, Left{name, err})
		}
	}
	return copied, left, nil
}

// likenessOf lists the files, as many as there may be.
func likenessOf(home *os.Root) (names []string) {
	for _, name := range likeFiles {
		if _, err := home.Lstat(name); err == nil {
			names = append(names, name)
		}
	}
	for _, folder := range likeFolders {
		_ = fs.WalkDir(home.FS(), folder, func(name string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return nil // it is not there, or cannot be entered
			case len(names) == maxLikeFiles:
				return fs.SkipAll
			case !entry.IsDir():
				names = append(names, name)
			}
			return nil
		})
	}
	return names
}

// copyLike copies one file.
func copyLike(source, target *os.Root, name string) error {
	f, err := source.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fault.New("no_regular_file", "it is not a regular file")
	case info.Size() > maxLikeFile:
		return fault.New("too_large_to_copy", "it is larger than 1 MiB")
	}
	data, err := io.ReadAll(io.LimitReader(f, maxLikeFile))
	if err != nil {
		return err
	}
	if line := secretLine(data); line > 0 {
		return fault.New("maybe_secret", "line {{.Line}} may hold a secret; copy the file yourself if it does not", "Line", line)
	}
	if err := target.MkdirAll(path.Dir(name), 0o700); err != nil {
		return err
	}
	// Only for this user, and a program stays one.
	out, err := target.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600|info.Mode().Perm()&0o100)
	if err != nil {
		return err
	}
	_, err = out.Write(data)
	return errors.Join(err, out.Close())
}

var (
	// secretName is a name that a secret is given: a key of TOML, JSON, YAML or a
	// variable, with a value behind it that names no variable and is more than a word.
	secretName = lazily(`(?i)[\w-]*(secret|password|passwd|token|api[_-]?key|credential|authorization|cookie)["']?\s*[:=]\s*["']?([^\s"',]{8,}|bearer\s)`)
	// nameOnly are such names whose value says where a secret is, and is none:
	// Codex's bearer_token_env_var and env_key.
	nameOnly = lazily(`(?i)(env_var|env_key|_env)["']?\s*=`)
	// secretValue looks like a secret whatever it is called.
	secretValue = lazily(`eyJ[\w-]{8,}\.|\b(sk|rk|rt|at|ghp|gho|ghs|xox[abps]|glpat|AKIA|AIza)[-_]?[A-Za-z0-9_-]{16,}|github_pat_\w{16,}|-----BEGIN [A-Z ]*PRIVATE KEY|\w://[^\s/@:]*:[^\s/@]+@`)
)

func lazily(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// secretLine is the number of the first line that may hold a secret, 0 for none.
func secretLine(data []byte) int {
	return 1 + slices.IndexFunc(bytes.Split(data, []byte("\n")), func(line []byte) bool {
		return secretValue().Match(line) || secretName().Match(line) && !nameOnly().Match(line)
	})
}
