//go:build linux || darwin

package appserver

import (
	"fmt"
	"net"
	"os"
)

// sameUser compares this user with the one that peer finds at the other end of
// a unix socket.
func sameUser(nc net.Conn, peer func(fd int) (uid uint32, err error)) error {
	uc, ok := nc.(*net.UnixConn)
	if !ok {
		return ErrOtherUser
	}
	raw, err := uc.SyscallConn()
	if err != nil {
		return fmt.Errorf("peer of the socket: %w", err)
	}
	var uid uint32
	var asked error
	if err := raw.Control(func(fd uintptr) { uid, asked = peer(int(fd)) }); err != nil {
		return fmt.Errorf("peer of the socket: %w", err)
	}
	if asked != nil {
		return fmt.Errorf("peer of the socket: %w", asked)
	}
	if int(uid) != os.Geteuid() {
		return ErrOtherUser
	}
	return nil
}
