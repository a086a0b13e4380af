package agent

import (
	"fmt"
	"net"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"
)

// pipeBuffer is how many bytes a pipe buffers for a slow reader.
const pipeBuffer = 64 << 10

// socketPath is the named pipe on which the agent of the home called id
// listens. All users share one namespace, so the name contains the user's.
func socketPath(_ Dirs, id string) string {
	user, err := userID()
	if err != nil {
		user = "unknown" // listen will report the error
	}
	return `\\.\pipe\rekey-` + user + "-" + id
}

// watched are no files: a pipe has its name as long as it is open.
func watched(string) []string { return nil }

// pipe is the listener of a named pipe.
type pipe struct{ net.Listener }

// inPlace implements listener.
func (pipe) inPlace() bool { return true }

// listen opens the pipe. Only this user may connect, and not over the network.
// It fails if the name is already taken.
func listen(path string, _ bool) (listener, error) {
	user, err := userID()
	if err != nil {
		return nil, err
	}
	l, err := winio.ListenPipe(path, &winio.PipeConfig{
		// Owner: the user. Protected from inheriting; all rights for the user.
		SecurityDescriptor: "O:" + user + "D:P(A;;GA;;;" + user + ")",
		InputBufferSize:    pipeBuffer, OutputBufferSize: pipeBuffer,
	})
	if err != nil {
		return nil, err
	}
	return pipe{l}, nil
}

// trustworthy always returns nil: the server of a pipe is checked after
// connecting, before a byte is sent (appserver.SameUser).
func trustworthy(string) error { return nil }

// userID is this user's security identifier.
func userID() (string, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return "", fmt.Errorf("this process's user: %w", err)
	}
	return user.User.Sid.String(), nil
}
