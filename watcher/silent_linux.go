package watcher

import (
	"errors"

	"golang.org/x/sys/unix"
)

// Types of file systems that package unix does not name, from their drivers.
const (
	beegfsMagic = 0x19830326
	gfs2Magic   = 0x01161970
	gpfsMagic   = 0x47504653
	lustreMagic = 0x0bd00bd0
	prlfsMagic  = 0x7c7c6673
	vboxsfMagic = 0x786f4256
	vmhgfsMagic = 0xbacbacbc
)

// sendsNoEvents reports whether the file system of dir is known to send no
// events for changes made elsewhere: by another machine, the host of a virtual
// machine, or the program behind a FUSE mount.
func sendsNoEvents(dir string) bool { return silentType(dir, unix.Statfs) }

func silentType(dir string, statfs func(string, *unix.Statfs_t) error) bool {
	var found unix.Statfs_t
	err := statfs(dir, &found)
	for errors.Is(err, unix.EINTR) {
		err = statfs(dir, &found)
	}
	if err != nil {
		return false // then it cannot be watched either, which is handled there
	}
	switch uint32(found.Type) {
	case unix.NFS_SUPER_MAGIC, unix.SMB_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC,
		unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC, unix.CODA_SUPER_MAGIC:
		return true // file servers
	case unix.CEPH_SUPER_MAGIC, unix.OCFS2_SUPER_MAGIC, beegfsMagic, gfs2Magic, gpfsMagic, lustreMagic:
		return true // clusters
	case unix.FUSE_SUPER_MAGIC:
		return true // sshfs, rclone, virtiofs and many more
	case unix.V9FS_MAGIC, prlfsMagic, vboxsfMagic, vmhgfsMagic:
		return true // the host's files, in a virtual machine or in WSL
	}
	return false
}
