package app

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"rekey/assets/lang"
	"rekey/auth/agent"
	"rekey/internal/fault"
	"rekey/internal/proc"
	"rekey/internal/userdir"
	"rekey/ui"
)

// windowProgram finds rekey-window beside this program or on PATH.
func windowProgram() (path string, err error) {
	name := "rekey-window"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), name)
		if _, err := os.Stat(beside); err == nil {
			return beside, nil
		}
	}
	if path, err = exec.LookPath(name); err != nil {
		return "", fault.New("no_window", "the window program (rekey-window) is not installed; everything else works without it")
	}
	return path, nil
}

// showWindow starts the window program, in the language of this program, and
// does not wait for it. The window first shows the home of the first socket.
func (w wiring) showWindow(_ context.Context, sockets ...string) error {
	return w.startWindow(sockets)
}

// startWindow is showWindow with more arguments.
func (w wiring) startWindow(sockets []string, args ...string) error {
	path, err := windowProgram()
	if err != nil {
		return err
	}
	env := append(proc.Environment(os.LookupEnv, windowVariables()...), lang.Variable+"="+w.words.Language())
	if user, err := userdir.Home(); err == nil {
		args = append(args, "--logs", agent.UserDirs(os.Getenv, user).State)
	}
	for _, socket := range sockets {
		args = append(args, "--socket", socket)
	}
	_, err = detach(env, path, args...)
	return err
}

// tellWindow tells the window that is open for one of the sockets, if there is one,
// of all of them.
func (w wiring) tellWindow(sockets []string) error {
	for _, socket := range sockets {
		if _, err := os.Stat(ui.WindowPlace(socket)); err == nil {
			return w.startWindow(sockets, "--learn")
		}
	}
	return nil
}

// windowVariables are further variables for the window: scale, theme, rendering
// and logging.
func windowVariables() []string {
	return []string{"FYNE_SCALE", "FYNE_THEME", "FYNE_FONT", "LIBGL_ALWAYS_SOFTWARE", "REKEY_LOG"}
}

// detach starts a program with these variables, without a shell. The program
// outlives us; if it exits earlier it is reaped, and ended receives the result.
func detach(env []string, program string, args ...string) (ended <-chan error, err error) {
	cmd := exec.Command(program, args...)
	cmd.Env = env
	proc.Apart(cmd)
	if err := cmd.Start(); err != nil {
		return nil, notStarted(program, err)
	}
	result := make(chan error, 1)
	go func() { result <- cmd.Wait() }()
	return result, nil
}
