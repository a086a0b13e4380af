package appserver

import (
	"net"

	"golang.org/x/sys/unix"
)

// SameUser checks that the process at the other end of a unix socket belongs
// to this user (SO_PEERCRED). Otherwise it returns ErrOtherUser.
func SameUser(nc net.Conn) error {
	return sameUser(nc, func(fd int) (uint32, error) {
		cred, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
		if err != nil {
			return 0, err
		}
		return cred.Uid, nil
	})
}
