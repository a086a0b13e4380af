//go:build unix

package agent

import (
	"errors"
	"net"
	"os"
	"path/filepath"

	"rekey/internal/fault"
)

// maxSocketPath is what fits into a socket address on every system; macOS has
// the least room.
const maxSocketPath = 103

// pathTooLong means that there is no room for a socket's path.
func pathTooLong(path string) error {
	return fault.New("socket_path", "the path of its socket is too long ({{.Bytes}} bytes, {{.Limit}} are allowed): {{.Path}}",
		"Bytes", len(path), "Limit", maxSocketPath, "Path", path)
}

// socketPath is where the agent of the home called id listens.
func socketPath(dirs Dirs, id string) string { return filepath.Join(dirs.Runtime, id+".sock") }

// listen opens the socket, 0600 in a folder that is 0700 and ours. A socket
// that a dead agent has left behind is replaced: we hold the agent lock.
func listen(path string) (net.Listener, error) {
	if len(path) > maxSocketPath {
		return nil, pathTooLong(path)
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
		return pathTooLong(path)
	}
	return privateDir(filepath.Dir(path))
}
