package program_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// P4 over a real connection: whatever is killed with -9 in the middle of a
// push, the owner's Rekey, its ssh, or everything at the borrower, the borrower
// has the old file or the new one, whole and for its user alone, and the next
// push works.
func TestKilledLending(t *testing.T) {
	t.Parallel()
	n := 12
	if os.Getenv("REKEY_SOAK") == "1" {
		n = 200
	}
	p := newLendPlace(t, lendCase{})
	began := time.Now()
	p.rekey(cli.ExitOK, "lend", "ssh:box")
	whole := time.Since(began)
	last, old := p.accessToken(), 0
	victims := []func(rekey int) []int{
		func(rekey int) []int { return []int{rekey} },
		children,
		func(int) []int { return p.inside() },
	}
	for i := range n {
		p.signIn(time.Hour)
		cmd := p.command("lend", "ssh:box")
		must.Do(t, cmd.Start())
		killed := make(chan struct{})
		dead := time.AfterFunc(whole*time.Duration(i)/time.Duration(n), func() {
			defer close(killed)
			for _, pid := range victims[i%len(victims)](cmd.Process.Pid) {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		})
		_ = cmd.Wait()
		if !dead.Stop() {
			<-killed // or it would kill what comes next
		}
		kit.Eventually(t, "the end of what runs there", func() bool { return len(p.inside()) == 0 })
		path := filepath.Join(p.codex, "auth.json")
		content := files.Read(t, path)
		s, err := auth.ParseSnapshot(content)
		if err != nil {
			t.Fatalf("killed %d of %d: %v", i, n, err)
		}
		switch s.AccessToken().Reveal() {
		case p.accessToken():
		case last:
			old++
		default:
			t.Fatalf("killed %d of %d: neither the old file nor the new", i, n)
		}
		last = s.AccessToken().Reveal()
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	}
	t.Logf("%d of %d left the old file", old, n)
	if old == 0 {
		t.Error("nobody was killed in time")
	}
	p.rekey(cli.ExitOK, "lend", "ssh:box")
	p.left(aLoan)
}

// children are the processes that a process has started.
func children(pid int) (found []int) {
	for _, other := range processes() {
		stat, _ := os.ReadFile("/proc/" + strconv.Itoa(other) + "/stat")
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if len(fields) > 1 && fields[1] == strconv.Itoa(pid) {
			found = append(found, other)
		}
	}
	return found
}

// inside are the processes that run at the box, or will as soon as a connection is
// let in, and the clients that reach it: one whose Rekey was killed goes on with
// what it was given.
func (p *lendPlace) inside() []int {
	found := children(p.box.Server)
	for _, pid := range processes() {
		environ, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
		cmdline, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
		if bytes.Contains(environ, []byte("\x00HOME="+p.box.Home+"\x00")) || bytes.Contains(cmdline, []byte(p.dir+"/here/ssh")) {
			found = append(found, pid)
		}
	}
	return found
}

func processes() (found []int) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			found = append(found, pid)
		}
	}
	return found
}
