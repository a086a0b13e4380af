//go:build unix

package agent

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// maxSocketPath is what fits into a socket address on every system; macOS has
// the least room.
const maxSocketPath = 103

// errSocketPath means that there is no room for a socket's path.
var errSocketPath = errors.New("the path of its socket is too long")

// socketPath is where the agent of the home called id listens.
func socketPath(dirs Dirs, id string) string { return filepath.Join(dirs.Runtime, id+".sock") }

// listen opens the socket, 0600 in a folder that is 0700 and ours. A socket
// that a dead agent has left behind is replaced: we hold the agent lock.
func listen(path string) (net.Listener, error) {
	if len(path) > maxSocketPath {
		return nil, fmt.Errorf("%w (%d bytes, %d are allowed): %s", errSocketPath, len(path), maxSocketPath, path)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := privateDir(dir); err != nil {
		return nil, err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

// trustworthy says why no client should connect there, or nil.
func trustworthy(path string) error {
	if len(path) > maxSocketPath {
		return errSocketPath
	}
	return privateDir(filepath.Dir(path))
}
