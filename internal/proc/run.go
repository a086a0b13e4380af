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

// Beginning is an io.Writer that keeps the first bytes of what is written to it,
// for the output of a program that may say too much.
type Beginning struct {
	// Room is how many bytes it still takes.
	Room int
	text []byte
}

// Write implements io.Writer. It never fails.
func (b *Beginning) Write(p []byte) (int, error) {
	kept := p[:min(len(p), b.Room)]
	b.Room -= len(kept)
	b.text = append(b.text, kept...)
	return len(p), nil
}

// String returns what was kept.
func (b *Beginning) String() string { return string(b.text) }

// allowed lists the variables that every child gets. Others, for example one
// with a key, are not passed on.
func allowed() []string {
	return []string{
		"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "TZ",
		"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", "BROWSER",
		"XDG_RUNTIME_DIR", "XDG_SESSION_TYPE", "XDG_CURRENT_DESKTOP", "XDG_DATA_DIRS",
		"XDG_CONFIG_DIRS", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME",
		"TMPDIR", "TEMP", "TMP", "WSL_DISTRO_NAME", "WSL_INTEROP",
		"SystemRoot", "SystemDrive", "ComSpec", "PATHEXT", "windir",
		"USERPROFILE", "HOMEDRIVE", "HOMEPATH", "APPDATA", "LOCALAPPDATA", "ProgramData", "ProgramFiles", "ProgramFiles(x86)",
	}
}

// Environment returns a child's environment as NAME=value: the variables on
// Rekey's list and those in more, if set. lookup is os.LookupEnv or a
// replacement.
func Environment(lookup func(string) (string, bool), more ...string) []string {
	var env []string
	for _, name := range append(allowed(), more...) {
		if value, ok := lookup(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}
