package proc

import (
	"context"
	"os/exec"
	"time"
)

// grace is how long a child that is told to end may take.
const grace = 3 * time.Second

// Command prepares a program in a process group of its own, without any
// variable: Ctrl-C in Rekey's terminal is not for it. When ctx ends, the whole
// group is told to end, and is killed if it does not. Start it with Run.
func Command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = []string{}
	cmd.WaitDelay = grace
	Apart(cmd)
	return cmd
}

// Run runs a command that Command has prepared and waits for its end. Nothing
// that it has started is left then, unless it moved to a group of its own. The
// error is as of exec.Cmd's Run.
func Run(cmd *exec.Cmd) error {
	g, err := newGroup(cmd)
	if err != nil {
		return err
	}
	defer g.kill()
	if err := cmd.Start(); err != nil {
		return err
	}
	g.started()
	return cmd.Wait()
}
