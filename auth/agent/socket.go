package agent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"sync"

	"rekey/auth/appserver"
)

// maxSocketPath is what fits into a socket address on every system; macOS has
// the least room.
const maxSocketPath = 103

// errSocketPath means that there is no room for a socket's path.
var errSocketPath = errors.New("the path of its socket is too long")

// serve answers clients on the home's socket until ctx ends.
func (a *Agent) serve(ctx context.Context) error {
	l, err := listen(a.opts.Dirs.Runtime, a.Socket())
	if err != nil {
		return err
	}
	server := &appserver.Server{
		Home: a.Home, Version: a.version, Platform: Platform(), Pushes: true, Log: a.opts.Log,
	}
	var clients sync.WaitGroup
	defer clients.Wait()
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	for {
		nc, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := appserver.SameUser(nc); err != nil {
			a.opts.Log.Warn("a client was refused", "error", err)
			_ = nc.Close()
			continue
		}
		clients.Go(func() {
			// A client that does not read holds up whoever writes to it, and
			// the end of the server too, but for this.
			hangUp := context.AfterFunc(ctx, func() { _ = nc.Close() })
			defer hangUp()
			if err := server.Serve(ctx, nc); err != nil {
				a.opts.Log.Info("a client's connection broke", "error", err)
			}
		})
	}
}

// listen opens the socket, 0600 in a folder that is 0700 and ours. A socket
// that a dead agent has left behind is replaced: we hold the agent lock.
func listen(dir, path string) (net.Listener, error) {
	if len(path) > maxSocketPath {
		return nil, fmt.Errorf("%w (%d bytes, %d are allowed): %s", errSocketPath, len(path), maxSocketPath, path)
	}
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

// Platform is this system's name in Codex's words.
func Platform() string {
	if runtime.GOOS == "darwin" {
		return "macos"
	}
	return runtime.GOOS
}
