package watcher

import "golang.org/x/sys/unix"

// mountList is the list of mounts that this process sees. Mounting a file system on a
// watched directory sends no event of inotify's: the watch stays with what is hidden.
// But whoever polls this file is woken.
const mountList = "/proc/self/mountinfo"

// inode identifies what a name led to.
type inode struct{ dev, ino uint64 }

// inodeAt is what is at path itself, zero for nothing.
func inodeAt(path string) inode {
	var st unix.Stat_t
	if unix.Lstat(path, &st) != nil {
		return inode{}
	}
	return inode{uint64(st.Dev), st.Ino}
}

// followMounts takes everything for lost when a mount or its end has put something
// else in the place of what is watched. It ends with the file.
func (n *inotify) followMounts() {
	list, err := n.mounts.SyscallConn()
	for err == nil {
		asked := false // the first false makes Read wait
		err = list.Read(func(uintptr) (done bool) {
			done, asked = asked, true
			return done
		})
		if err == nil && n.covered() {
			n.lost()
		}
	}
}

// covered reports whether a name leads elsewhere than when it was watched.
func (n *inotify) covered() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	for name, found := range n.found {
		if inodeAt(name) != found {
			delete(n.found, name) // if it still matters, it is watched again
			return true
		}
	}
	return false
}
