package agent

import (
	"fmt"
	"net"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"
)

// pipeBuffer is how much a pipe holds for a reader who is not there yet.
const pipeBuffer = 64 << 10

// socketPath is the named pipe on which the agent of the home called id
// listens. All users share one room of names, so this user's is in it.
func socketPath(_ Dirs, id string) string {
	user, err := userID()
	if err != nil {
		user = "unknown" // listening will say what is wrong
	}
	return `\\.\pipe\rekey-` + user + "-" + id
}

// listen opens the pipe. Only this user may connect, and nobody over the
// network; a name that somebody has taken before us is an error.
func listen(path string) (net.Listener, error) {
	user, err := userID()
	if err != nil {
		return nil, err
	}
	return winio.ListenPipe(path, &winio.PipeConfig{
		// Owner: the user. Protected from inheriting; all rights for the user.
		SecurityDescriptor: "O:" + user + "D:P(A;;GA;;;" + user + ")",
		InputBufferSize:    pipeBuffer, OutputBufferSize: pipeBuffer,
	})
}

// trustworthy has nothing to say of a pipe: who serves it is asked when
// connected, before a byte is sent (appserver.SameUser).
func trustworthy(string) error { return nil }

// userID is this user's security identifier.
func userID() (string, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return "", fmt.Errorf("this process's user: %w", err)
	}
	return user.User.Sid.String(), nil
}
