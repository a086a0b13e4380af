package appserver

import (
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// ErrOtherUser refuses a peer that belongs to another user.
var ErrOtherUser = errors.New("the other side of the socket belongs to another user")

// SameUser checks that the process at the other end of a unix socket belongs
// to this user (SO_PEERCRED).
func SameUser(nc net.Conn) error {
	uc, ok := nc.(*net.UnixConn)
	if !ok {
		return ErrOtherUser
	}
	raw, err := uc.SyscallConn()
	if err != nil {
		return fmt.Errorf("peer of the socket: %w", err)
	}
	var cred *unix.Ucred
	var credErr error
	if err := raw.Control(func(fd uintptr) {
		cred, credErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}); err != nil {
		return fmt.Errorf("peer of the socket: %w", err)
	}
	if credErr != nil {
		return fmt.Errorf("peer of the socket: %w", credErr)
	}
	if int(cred.Uid) != os.Geteuid() {
		return ErrOtherUser
	}
	return nil
}
