//go:build unix

package proc

import (
	"os/exec"
	"syscall"
)

// Apart makes a command start in a process group of its own.
func Apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// group is a command and all that it starts.
type group struct{ cmd *exec.Cmd }

func newGroup(cmd *exec.Cmd) (group, error) {
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	return group{cmd}, nil
}

func (g group) started() {}

// kill kills what is left of the group.
func (g group) kill() {
	if g.cmd.Process != nil {
		_ = syscall.Kill(-g.cmd.Process.Pid, syscall.SIGKILL) // usually no process is left
	}
}
