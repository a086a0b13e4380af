package codex

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"rekey/internal/fault"
	"rekey/internal/safefile"
)

// ErrHomeMissing means that $CODEX_HOME names a folder that does not exist.
// Codex refuses to start then; ~/.codex it creates.
var ErrHomeMissing = fault.New("home_missing", "the Codex home {{.Where}} (CODEX_HOME) does not exist")

// AuthFile is the name of the credential file in a home.
const AuthFile = "auth.json"

// EncryptedPath is the file of a home in which Codex keeps the sign-in encrypted
// (features.secret_auth_storage), whether it exists or not.
func EncryptedPath(home string) string { return filepath.Join(home, "secrets", "codex_auth.age") }

// Absence says why a home without a sign-in may not be the one that was meant,
// nil when there is nothing to say: it does not exist, or its credential file is
// a link to nothing, for example to a volume that is not mounted.
func Absence(home string) error {
	if _, err := os.Stat(home); errors.Is(err, fs.ErrNotExist) {
		return fault.New("no_home", "the Codex home {{.Where}} does not exist", "Where", home)
	}
	file := filepath.Join(home, AuthFile)
	target, err := os.Readlink(file)
	if err != nil {
		return nil
	}
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return fault.New("dangling_link", "{{.Where}} is a link to {{.Target}}, which does not exist", "Where", file, "Target", target)
	}
	return nil
}

// ResolveHome finds the Codex home: $CODEX_HOME if set and not empty, else
// .codex in the user's home directory. The path is absolute and free of
// symbolic links, so that it is the same for everybody who means this home;
// what does not exist yet is left as it is.
//
// When $CODEX_HOME names nothing, the path is returned together with
// ErrHomeMissing: a watcher may go on and wait for it, a command stops as Codex
// does. getenv is os.Getenv and userHome os.UserHomeDir, or a test's.
func ResolveHome(getenv func(string) string, userHome func() (string, error)) (string, error) {
	home := getenv("CODEX_HOME")
	named := home != ""
	if !named {
		base, err := userHome()
		if err != nil {
			return "", fault.New("find_home", "your home directory cannot be found: {{.Why}}", "Why", err)
		}
		home = filepath.Join(base, ".codex")
	}
	home, err := filepath.Abs(home)
	if err != nil {
		return "", unusable(err)
	}
	if home, err = safefile.Resolve(home); err != nil {
		return "", unusable(err)
	}
	info, err := os.Stat(home)
	switch {
	case err == nil && !info.IsDir():
		return "", fault.New("home_not_folder", "the Codex home {{.Where}} is not a folder", "Where", home)
	case named && errors.Is(err, fs.ErrNotExist):
		return home, ErrHomeMissing.With("Where", home)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", unusable(err)
	}
	return home, nil
}

func unusable(err error) error {
	return fault.New("find_codex_home", "the Codex home cannot be used: {{.Why}}", "Why", safefile.Cause(err))
}

// CredentialPath returns where a home's auth.json really is after following
// symbolic links, whether it exists or not. It is a home's identity: homes
// that share it share one sign-in.
func CredentialPath(home string) (string, error) {
	target, err := safefile.Resolve(filepath.Join(home, AuthFile))
	if err != nil {
		return "", fault.New("find", "cannot find {{.What}}: {{.Why}}", "What", AuthFile, "Why", safefile.Cause(err))
	}
	return target, nil
}

// ID returns a short name for a home's identity, for use in file names: the
// first 16 hexadecimal digits of the SHA-256 of its CredentialPath.
func ID(home string) (string, error) {
	target, err := CredentialPath(home)
	if err != nil {
		return "", err
	}
	return ShortHash(target), nil
}

// ShortHash is Codex's way to shorten a path: the first 16 hexadecimal digits
// of its SHA-256.
func ShortHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:16]
}
