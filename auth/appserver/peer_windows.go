package appserver

import (
	"context"
	"fmt"
	"net"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"
)

// SameUser checks that the processes at both ends of a named pipe belong to
// this user; one of them is this process. It returns ErrOtherUser if one does
// not, and also if that is unknown.
func SameUser(nc net.Conn) error {
	pipe, ok := nc.(interface{ Fd() uintptr })
	if !ok {
		return ErrOtherUser
	}
	ends := []func(windows.Handle, *uint32) error{
		windows.GetNamedPipeClientProcessId, windows.GetNamedPipeServerProcessId,
	}
	mine, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return fmt.Errorf("this process's user: %w", err)
	}
	for _, end := range ends {
		var pid uint32
		if err := end(windows.Handle(pipe.Fd()), &pid); err != nil {
			return fmt.Errorf("peer of the pipe: %w", err)
		}
		theirs, err := userOf(pid)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrOtherUser, err)
		}
		if !windows.EqualSid(mine.User.Sid, theirs) {
			return ErrOtherUser
		}
	}
	return nil
}

// userOf returns the user of a process.
func userOf(pid uint32) (*windows.SID, error) {
	process, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, pid)
	if err != nil {
		return nil, err
	}
	defer func() { _ = windows.CloseHandle(process) }()
	var token windows.Token
	if err := windows.OpenProcessToken(process, windows.TOKEN_QUERY, &token); err != nil {
		return nil, err
	}
	defer func() { _ = token.Close() }()
	user, err := token.GetTokenUser()
	if err != nil {
		return nil, err
	}
	return user.User.Sid.Copy()
}

// dial connects to a named pipe. The server cannot impersonate this user.
func dial(ctx context.Context, pipe string) (net.Conn, error) {
	return winio.DialPipeContext(ctx, pipe)
}
