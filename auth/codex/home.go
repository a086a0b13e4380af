package codex

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"rekey/internal/safefile"
)

// ErrHomeMissing means that $CODEX_HOME names a folder that does not exist.
// Codex refuses to start then; ~/.codex it creates.
var ErrHomeMissing = errors.New("the folder that CODEX_HOME names does not exist")

// AuthFile is the name of the credential file in a home.
const AuthFile = "auth.json"

// EncryptedPath is the file of a home in which Codex keeps the sign-in encrypted
// (features.secret_auth_storage), whether it exists or not.
func EncryptedPath(home string) string { return filepath.Join(home, "secrets", "codex_auth.age") }

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
			return "", fmt.Errorf("find the user's home directory: %w", err)
		}
		home = filepath.Join(base, ".codex")
	}
	home, err := filepath.Abs(home)
	if err != nil {
		return "", fmt.Errorf("make the Codex home absolute: %w", err)
	}
	if home, err = safefile.Resolve(home); err != nil {
		return "", fmt.Errorf("find the Codex home: %w", err)
	}
	info, err := os.Stat(home)
	switch {
	case err == nil && !info.IsDir():
		return "", fmt.Errorf("the Codex home %s is not a folder", home)
	case named && errors.Is(err, fs.ErrNotExist):
		return home, fmt.Errorf("%w: %s", ErrHomeMissing, home)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("look at the Codex home: %w", err)
	}
	return home, nil
}

// CredentialPath returns where a home's auth.json really is after following
// symbolic links, whether it exists or not. It is a home's identity: homes
// that share it share one sign-in.
func CredentialPath(home string) (string, error) {
	target, err := safefile.Resolve(filepath.Join(home, AuthFile))
	if err != nil {
		return "", fmt.Errorf("find %s: %w", AuthFile, err)
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
