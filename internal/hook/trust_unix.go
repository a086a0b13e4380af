//go:build unix

package hook

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// danger says who else could have changed a file or the content of a folder, or
// returns nil. In a folder with the sticky bit, such as /tmp, others can create
// files but not touch the user's.
func danger(path string, info fs.FileInfo) error {
	owner, ok := info.Sys().(*syscall.Stat_t)
	mode := info.Mode()
	sticky := mode.IsDir() && mode&fs.ModeSticky != 0
	switch {
	case !ok || int(owner.Uid) != os.Geteuid() && owner.Uid != 0:
		return unsafe("hook_owner", "{{.Where}} belongs to another user", "Where", path)
	case sticky:
		return nil
	case mode.Perm()&0o002 != 0:
		return unsafe("hook_writable", "{{.Where}} can be written by everybody (mode {{.Mode}}); run chmod o-w on it",
			"Where", path, "Mode", fmt.Sprintf("%04o", mode.Perm()))
	case mode.Perm()&0o020 != 0 && !ownGroup(owner.Gid):
		return unsafe("hook_writable_group", "{{.Where}} can be written by its group (mode {{.Mode}}); run chmod g-w on it",
			"Where", path, "Mode", fmt.Sprintf("%04o", mode.Perm()))
	}
	return nil
}

// ownGroup reports whether a group has no other members: the administrator's,
// or the user's private group, which has the same number as the user.
func ownGroup(gid uint32) bool {
	return gid == 0 || int(gid) == os.Getegid() && os.Getegid() == os.Geteuid()
}

// executable reports whether a file is meant to be run.
func executable(info fs.FileInfo) bool { return info.Mode().Perm()&0o111 != 0 }
