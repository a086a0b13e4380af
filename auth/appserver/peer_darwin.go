package appserver

import (
	"net"

	"golang.org/x/sys/unix"
)

// SameUser checks that the process at the other end of a unix socket belongs
// to this user (LOCAL_PEERCRED). Otherwise it returns ErrOtherUser.
func SameUser(nc net.Conn) error {
	return sameUser(nc, func(fd int) (uint32, error) {
		cred, err := unix.GetsockoptXucred(fd, unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
		if err != nil {
			return 0, err
		}
		return cred.Uid, nil
	})
}
