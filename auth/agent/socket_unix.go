//go:build unix

package agent

import (
	"io/fs"
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

// watched are the files whose changes may mean that the socket is gone.
func watched(socket string) []string { return []string{socket} }

// listen opens the socket, 0600 in our own folder with mode 0700. The first time
// it replaces the socket of a dead agent, because we hold the agent lock; later
// what is there is somebody's.
func listen(path string, first bool) (listener, error) {
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
	if first {
		if _, err := disk.Remove(path); err != nil {
			return nil, fault.New("cannot_write", "{{.Where}} cannot be written: {{.Why}}", "Where", path, "Why", safefile.Cause(err))
		}
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false) // by then it may be somebody else's
	s := &socketFile{UnixListener: l, path: path}
	if s.made, err = os.Lstat(path); err == nil {
		err = os.Chmod(path, 0o600)
	}
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// socketFile is a socket with a name in the file system.
type socketFile struct {
	*net.UnixListener
	path string
	made fs.FileInfo
}

// inPlace implements listener: it is what clients find, and trust.
func (s *socketFile) inPlace() bool { return trustworthy(s.path) == nil && s.named() }

// named reports whether the path leads to this socket, which keeps the inode while
// it is open.
func (s *socketFile) named() bool {
	info, err := os.Lstat(s.path)
	return err == nil && s.made != nil && os.SameFile(info, s.made)
}

// Close implements net.Listener. It removes the name if that is still its own.
func (s *socketFile) Close() error {
	if s.named() {
		_ = os.Remove(s.path)
	}
	return s.UnixListener.Close()
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
