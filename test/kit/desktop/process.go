//go:build linux

package desktop

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"rekey/test/kit"
)

// Process is a program that a test started. It is reaped when it ends, and it
// and all it started are ended with the test.
type Process struct {
	cmd    *exec.Cmd
	output kit.Record
	ended  chan struct{} // closed when the process has been reaped
}

// Start starts a program in the desktop's environment with extra variables,
// each "NAME=value". What it prints is shown when the test fails.
func (d *Desktop) Start(t testing.TB, extra []string, program string, args ...string) *Process {
	t.Helper()
	p := &Process{cmd: exec.Command(program, args...), ended: make(chan struct{})}
	p.cmd.Env = d.Environ(extra...)
	p.cmd.Dir = d.home
	p.start(t, d.as)
	return p
}

func (p *Process) start(t testing.TB, as *syscall.Credential) {
	t.Helper()
	name := filepath.Base(p.cmd.Path)
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	// A group of its own, so that its children end with it; and should the
	// test be killed, so is the process.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL, Credential: as}
	p.cmd.WaitDelay = time.Second // children that keep the output open
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", name, err)
	}
	go func() {
		_ = p.cmd.Wait() // its status is in p.cmd.ProcessState
		close(p.ended)
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // the group may be gone
		<-p.ended
		if t.Failed() && p.Output() != "" {
			t.Logf("%s printed:\n%s", name, p.Output())
		}
	})
}

// PID is the number of the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Output is what the process has printed so far, on both its streams.
func (p *Process) Output() string { return p.output.String() }

// Ended is closed when the process has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Wait waits for the end of the process and returns its exit code, -1 if a
// signal ended it.
func (p *Process) Wait(t testing.TB) int {
	t.Helper()
	return p.WaitFor(t, kit.Patience)
}

// WaitFor is Wait for a program that may take this long.
func (p *Process) WaitFor(t testing.TB, limit time.Duration) int {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(limit):
		t.Fatalf("%s did not end", filepath.Base(p.cmd.Path))
	}
	return p.cmd.ProcessState.ExitCode()
}

// Stop asks the process to end, as a session does at logout, and returns its
// exit code.
func (p *Process) Stop(t testing.TB) int {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	return p.Wait(t)
}

// Kill ends the process without warning, as kill -9 does, and waits for its end.
func (p *Process) Kill(t testing.TB) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	p.Wait(t)
}
