//go:build unix

package agent

import (
	"fmt"
	"os"
	"syscall"

	"rekey/internal/fault"
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
		return fault.New("not_folder", "{{.Where}} is not a folder", "Where", dir)
	case !ok || int(owner.Uid) != os.Geteuid():
		return fault.New("other_owner", "{{.Where}} belongs to another user", "Where", dir)
	case info.Mode().Perm()&0o077 != 0:
		return fault.New("open_to_others", "{{.Where}} is open to other users (mode {{.Mode}}); make it 0700",
			"Where", dir, "Mode", fmt.Sprintf("%04o", info.Mode().Perm()))
	}
	return nil
}
