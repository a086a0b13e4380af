//go:build unix

package replay

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// nobody is the user and group without rights.
const nobody = 65534

// giveToNobody hands a tree over.
func giveToNobody(root string) error {
	return filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, nobody, nobody)
	})
}

// runAsNobody makes the command run without rights. It must be executable by
// everybody.
func runAsNobody(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	return nil
}

// forEverybody returns a path under which everybody can execute the program:
// its own, or, when that leads through a private directory (as a test binary's
// does), a hard link in dir.
func forEverybody(program, dir string) (string, error) {
	path, err := exec.LookPath(program)
	if err != nil {
		return "", err
	}
	for parent := filepath.Dir(path); ; parent = filepath.Dir(parent) {
		info, err := os.Stat(parent)
		if err != nil {
			return "", err
		}
		if info.Mode().Perm()&0o001 == 0 {
			break
		}
		if parent == filepath.Dir(parent) {
			return path, nil
		}
	}
	link := filepath.Join(dir, filepath.Base(path))
	if err := os.Link(path, link); err != nil {
		return "", fmt.Errorf("make the command executable for everybody: %w", err)
	}
	return link, os.Chmod(link, 0o755) // whatever the umask of who has built it
}

// lock opens a file and takes Codex's kind of lock on it. Closing it gives
// the lock back.
func lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return f, nil
}

// terminate asks a process to end.
func terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
