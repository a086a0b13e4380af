//go:build unix

package agent

import (
	"net"
	"os"
	"path/filepath"

	"rekey/internal/fault"
	"rekey/internal/safefile"
)

// maxSocketPath is the longest path that fits into a socket address on every
// system; macOS has the shortest.
const maxSocketPath = 103

// pathTooLong is the error for a socket path that is too long.
func pathTooLong(path string) error {
	return fault.New("socket_path", "the path of its socket is too long ({{.Bytes}} bytes, {{.Limit}} are allowed): {{.Path}}",
		"Bytes", len(path), "Limit", maxSocketPath, "Path", path)
}

// socketPath is where the agent of the home called id listens.
func socketPath(dirs Dirs, id string) string { return filepath.Join(dirs.Runtime, id+".sock") }

// listen opens the socket, 0600 in our own folder with mode 0700. It replaces
// the socket of a dead agent, because we hold the agent lock.
func listen(path string) (net.Listener, error) {
	if len(path) > maxSocketPath {
		return nil, pathTooLong(path)
	}
	dir := filepath.Dir(path)
	var disk safefile.Disk
	if err := disk.MkdirAll(dir, 0o700); err != nil {
		return nil, safefile.InFolder(dir, err)
	}
	if err := safefile.PrivateFolder(dir); err != nil {
		return nil, err
	}
	if _, err := disk.Remove(path); err != nil {
		return nil, fault.New("cannot_write", "{{.Where}} cannot be written: {{.Why}}", "Where", path, "Why", safefile.Cause(err))
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

// trustworthy says why no client should connect there, or nil. Who serves a
// socket in the folder is asked besides, before a byte is sent
// (appserver.SameUser).
func trustworthy(path string) error {
	if len(path) > maxSocketPath {
		return pathTooLong(path)
	}
	return safefile.PrivateFolder(filepath.Dir(path))
}
