package promises_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rekey/test/kit"
)

// Another user's program cannot reach the agent's socket. Should somebody have
// opened folder and socket to all, the agent checks the peer and hangs up.
// Root can play another user; anybody else has none to play.
func TestOtherUsersAreRefused(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		kit.Missing(t, "root, who can be another user")
	}
	w := newWorld(t)
	w.must(w.SignIn(life))
	w.watch()
	good := w.speak()
	good.hello()
	socket := w.socket()
	for dir := filepath.Dir(filepath.Dir(socket)); dir != filepath.Clean(os.TempDir()) && dir != "/"; dir = filepath.Dir(dir) {
		w.must(os.Chmod(dir, 0o755))
	}
	w.wantNobody(socket, "no permission")
	w.must(os.Chmod(filepath.Dir(socket), 0o755))
	w.must(os.Chmod(socket, 0o666))
	for range 5 {
		w.wantNobody(socket, `answered ""`)
	}
	w.must(good.say(`{"id":1,"method":"rekey/state","params":{}}`))
	good.until(`"id":1`)
	w.until("nothing is left of them", func() bool { return w.connections() <= 1 })
}

// wantNobody lets another user's program connect, and wants it to say this.
func (w *world) wantNobody(socket, want string) {
	w.t.Helper()
	program, err := os.Executable()
	w.must(err)
	cmd := exec.CommandContext(w.ctx, program)
	cmd.Env = append(os.Environ(), nobodySocket+"="+socket, "GORACE=atexit_sleep_ms=0")
	out, err := cmd.CombinedOutput()
	if got := strings.TrimSpace(string(out)); err != nil || got != want {
		w.t.Errorf("another user's program says %q (%v), want %q", got, err, want)
	}
}

// playNobody is that program: it says what became of its connection.
func playNobody(socket string) int {
	const nobody = 65534
	if err := syscall.Setuid(nobody); err != nil {
		fmt.Println(err)
		return 1
	}
	nc, err := net.Dial("unix", socket)
	switch {
	case errors.Is(err, os.ErrPermission):
		fmt.Println("no permission")
		return 0
	case err != nil:
		fmt.Println(err)
		return 1
	}
	_, _ = io.WriteString(nc, `{"id":1,"method":"rekey/token","params":{}}`+"\n")
	answer, _ := io.ReadAll(nc) // it may be hung up on in the middle
	fmt.Printf("answered %q\n", answer)
	return 0
}
