package watcher

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"
)

func TestSilentType(t *testing.T) {
	for _, tt := range []struct {
		name   string
		magic  uint32
		silent bool
	}{
		{"ext4", unix.EXT4_SUPER_MAGIC, false},
		{"btrfs", unix.BTRFS_SUPER_MAGIC, false},
		{"xfs", unix.XFS_SUPER_MAGIC, false},
		{"zfs", 0x2fc12fc1, false},
		{"tmpfs", unix.TMPFS_MAGIC, false},
		{"overlayfs", unix.OVERLAYFS_SUPER_MAGIC, false},
		{"eCryptfs", unix.ECRYPTFS_SUPER_MAGIC, false},
		{"nfs", 0x6969, true},
		{"cifs", 0xff534d42, true},
		{"smb2", 0xfe534d42, true},
		{"fuse", 0x65735546, true},
		{"9p", 0x01021997, true},
		{"ceph", 0x00c36400, true},
		{"afs", 0x5346414f, true},
		{"lustre", 0x0bd00bd0, true},
		{"vboxsf", 0x786f4256, true},
		{"vmhgfs", 0xbacbacbc, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			interrupted := false
			statfs := func(dir string, answer *unix.Statfs_t) error {
				if dir != "/home/ada/.codex" {
					t.Errorf("asked about %q", dir)
				}
				if !interrupted {
					interrupted = true
					return unix.EINTR
				}
				setType(answer, tt.magic)
				return nil
			}
			if got := silentType("/home/ada/.codex", statfs); got != tt.silent {
				t.Errorf("silent: %v, want %v", got, tt.silent)
			}
		})
	}
	failing := func(string, *unix.Statfs_t) error { return errors.New("permission denied") }
	if silentType("/home/ada/.codex", failing) {
		t.Error("a directory that cannot be asked about counts as silent")
	}
}

// setType sets the type of a file system, whose width differs by architecture.
func setType(answer *unix.Statfs_t, magic uint32) {
	answer.Type = 0
	for bit := range 32 {
		if magic&(1<<bit) != 0 {
			answer.Type |= 1 << bit
		}
	}
}

// The real call: the test's own folder is on a disk, and /proc always there.
func TestSendsNoEventsAsksTheKernel(t *testing.T) {
	if sendsNoEvents("/proc") {
		t.Error("/proc counts as a mount without events")
	}
	if sendsNoEvents(t.TempDir() + "/missing") {
		t.Error("a missing directory counts as a mount without events")
	}
}
