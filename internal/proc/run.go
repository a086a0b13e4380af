// Package proc runs other programs for Rekey: the browser, the window, a hook,
// the user's own codex. They get a short list of variables and no shell.
// Programs that Rekey waits for end together with everything they started.
package proc

import (
	"context"
	"os/exec"
	"time"
)

// grace is how long a child may take to exit after a signal.
const grace = 3 * time.Second

// Command prepares a program with an empty environment, in a process group of
// its own, so that Ctrl-C in Rekey's terminal does not reach it. When ctx is
// done, the whole group is asked to exit, and killed if it does not. Start it
// with Run.
func Command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = []string{}
	cmd.WaitDelay = grace
	Apart(cmd)
	return cmd
}

// Run runs a command from Command and waits for it. Everything that it started
// is gone then, unless it moved to a group of its own. Errors are those of
// exec.Cmd's Run.
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
