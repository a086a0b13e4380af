//go:build unix

package agent

import (
	"fmt"
	"os"
	"syscall"
)

// privateDir makes sure that a folder is no link, belongs to this user and is
// closed to everybody else.
func privateDir(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder", dir)
	case !ok || int(owner.Uid) != os.Geteuid():
		return fmt.Errorf("%s belongs to another user", dir)
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("%s is open to other users (mode %04o); make it 0700", dir, info.Mode().Perm())
	}
	return nil
}
