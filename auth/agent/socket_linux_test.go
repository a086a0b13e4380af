package agent

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// nobody is a user other than the one that runs the tests.
const nobody = 65534

// Root can play another user; anybody else has none to play.
func TestAnotherUserIsRefused(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		kit.Missing(t, "root, who can be another user")
	}
	r := newRig(t, box.Config{})
	must.Do(t, os.Chmod(r.root, 0o755))
	a := r.start()
	c := r.client()

	if nc, err := dialAsNobody(a.Socket()); !errors.Is(err, os.ErrPermission) {
		t.Errorf("another user's connection = %v, %v, want no permission", nc, err)
	}

	// Should the folder and the socket have been opened by somebody, the
	// system still tells who is there.
	for path, mode := range map[string]os.FileMode{filepath.Dir(a.Socket()): 0o755, a.Socket(): 0o666} {
		must.Do(t, os.Chmod(path, mode))
	}
	nc := must.Get(dialAsNobody(a.Socket()))(t)
	defer nc.Close()
	_, _ = nc.Write([]byte(`{"id":1,"method":"initialize","params":{"clientInfo":{"name":"x","version":"1"}}}` + "\n"))
	if answer, err := io.ReadAll(nc); len(answer) > 0 {
		t.Errorf("another user was answered %q, %v", answer, err)
	}
	kit.Eventually(t, "the refusal in the log", func() bool { return strings.Contains(r.log.String(), "a client was refused") })

	if err := c.Refresh(within(t)); err != nil {
		t.Errorf("our own client: %v", err)
	}
	kit.Await(t, c, "healthy", status(auth.StatusHealthy))
}

// A socket that another user listens on is not spoken to.
func TestAnotherUsersAgentIsRefused(t *testing.T) {
	if os.Geteuid() != 0 {
		kit.Missing(t, "root, who can be another user")
	}
	r := newBareRig(t)
	h := r.open()
	dir := filepath.Dir(h.Socket())
	must.Do(t, os.Mkdir(dir, 0o700))
	must.Do(t, errors.Join(os.Chmod(r.root, 0o755), os.Chown(dir, nobody, nobody)))
	if _, err := h.Attach(within(t)); err == nil || !strings.Contains(err.Error(), "belongs to another user") {
		t.Errorf("Attach below another user's folder = %v", err)
	}
}

// The folder that root's agent makes for its socket in another user's home stays
// that user's, whose own agent needs it later.
func TestRootLeavesTheSocketFolder(t *testing.T) {
	if os.Geteuid() != 0 {
		kit.Missing(t, "root, who can work in another user's home")
	}
	r := newBareRig(t)
	must.Do(t, errors.Join(os.Chmod(r.root, 0o700), os.Chown(r.root, nobody, nobody)))
	path := filepath.Join(r.root, "run", "rekey", "socket")
	l := must.Get(listen(path, true))(t)
	if err := trustworthy(path); err != nil {
		t.Errorf("root's own clients: %v", err)
	}
	_ = l.Close()
	for dir := filepath.Dir(path); dir != r.root; dir = filepath.Dir(dir) {
		info := must.Get(os.Stat(dir))(t)
		if st := info.Sys().(*syscall.Stat_t); st.Uid != nobody || st.Gid != nobody || info.Mode().Perm() != 0o700 {
			t.Errorf("%s belongs to %d:%d, mode %v", dir, st.Uid, st.Gid, info.Mode())
		}
	}
}

// dialAsNobody connects on a thread of another user's.
func dialAsNobody(socket string) (nc net.Conn, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		// Only this thread's: syscall.Setresuid would change all of them.
		if _, _, e := syscall.RawSyscall(syscall.SYS_SETRESUID, ^uintptr(0), nobody, ^uintptr(0)); e != 0 {
			err = e
			return
		}
		nc, err = net.Dial("unix", socket)
	}()
	<-done
	return nc, err
}
