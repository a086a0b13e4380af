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
// Codex then refuses to start, whereas it creates a missing ~/.codex.
var ErrHomeMissing = fault.New("home_missing", "the Codex home {{.Where}} (CODEX_HOME) does not exist")

// AuthFile is the name of the credential file in a home.
const AuthFile = "auth.json"

// EncryptedPath is the file of a home in which Codex keeps the sign-in encrypted
// (features.secret_auth_storage), whether it exists or not.
func EncryptedPath(home string) string { return filepath.Join(home, "secrets", "codex_auth.age") }

// Absence says why a home without a sign-in may be the wrong one: it does not
// exist, or its credential file is a dangling link, for example to a volume
// that is not mounted. It is nil otherwise.
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
// symbolic links, so that all processes use the same path for a home; parts
// that do not exist yet stay as they are.
//
// When $CODEX_HOME does not exist, the path is returned with ErrHomeMissing: a
// watcher may wait for it, a command exits as Codex does. getenv is os.Getenv
// and userHome os.UserHomeDir, or a test's.
func ResolveHome(getenv func(string) string, userHome func() (string, error)) (string, error) {
	home := getenv("CODEX_HOME")
	named := home != ""
	if !named {
		base, err := userHome()
		if err != nil {
			return "", err
		}
		home = filepath.Join(base, ".codex")
	}
	given := home
	home, err := filepath.Abs(given)
	if err == nil {
		home, err = safefile.Resolve(home)
	}
	if err != nil {
		return "", unusable(given, err)
	}
	info, err := os.Stat(home)
	switch {
	case err == nil && !info.IsDir():
		return "", unusable(given, safefile.ErrNotFolder)
	case named && errors.Is(err, fs.ErrNotExist):
		return home, ErrHomeMissing.With("Where", home)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", unusable(given, err)
	}
	return home, nil
}

func unusable(home string, err error) error {
	return fault.New("one_home", "the home {{.Where}}: {{.Why}}", "Where", home, "Why", safefile.Cause(err))
}

// CredentialPath returns the path of a home's auth.json after following
// symbolic links, whether it exists or not. It is the home's identity: homes
// with the same one share a sign-in.
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

// ShortHash shortens a path as Codex does: to the first 16 hexadecimal digits
// of its SHA-256.
func ShortHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:16]
}
