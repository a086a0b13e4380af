package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrHomeMissing means that $CODEX_HOME names a folder that does not exist.
// Codex refuses to start then; ~/.codex it creates.
var ErrHomeMissing = errors.New("the folder that CODEX_HOME names does not exist")

// authFile is the name of the credential file in a home.
const authFile = "auth.json"

// maxLinks bounds chains of symbolic links, as Linux does.
const maxLinks = 40

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
	if home, err = resolve(home); err != nil {
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
	target, err := resolve(filepath.Join(home, authFile))
	if err != nil {
		return "", fmt.Errorf("find %s: %w", authFile, err)
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
	return shortHash(target), nil
}

// shortHash is Codex's way to shorten a path.
func shortHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:16]
}

// resolve follows every symbolic link in an absolute path. Unlike
// filepath.EvalSymlinks it goes on where nothing exists: through a dangling
// link to where its target would be.
func resolve(path string) (string, error) {
	return resolveWithin(path, maxLinks)
}

func resolveWithin(path string, links int) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return real, err
	}
	if links == 0 {
		return "", fmt.Errorf("too many symbolic links: %s", path)
	}
	parent := filepath.Dir(path)
	if parent == path {
		return path, nil
	}
	if parent, err = resolveWithin(parent, links-1); err != nil {
		return "", err
	}
	path = filepath.Join(parent, filepath.Base(path))
	target, err := os.Readlink(path)
	switch {
	case err != nil:
		return path, nil // not a link: nothing is there
	case filepath.IsAbs(target):
		return resolveWithin(target, links-1)
	}
	return resolveWithin(filepath.Join(parent, target), links-1)
}
