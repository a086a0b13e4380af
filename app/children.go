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
)

// windowProgram finds rekey-window, which lies beside this program or on PATH.
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

// showWindow starts the window program and leaves it to itself, with the home of
// the first socket on show. It speaks the language that this program speaks.
func (w wiring) showWindow(_ context.Context, sockets ...string) error {
	path, err := windowProgram()
	if err != nil {
		return err
	}
	env := append(proc.Environment(os.LookupEnv, windowVariables()...), lang.Variable+"="+w.words.Language())
	var args []string
	if user, err := userdir.Home(); err == nil {
		args = append(args, "--logs", agent.UserDirs(os.Getenv, user).State)
	}
	for _, socket := range sockets {
		args = append(args, "--socket", socket)
	}
	_, err = detach(env, path, args...)
	return err
}

// windowVariables are what the window may know besides: how large and how bright
// its user wants it, how it is drawn, and what it says on standard error.
func windowVariables() []string {
	return []string{"FYNE_SCALE", "FYNE_THEME", "FYNE_FONT", "LIBGL_ALWAYS_SOFTWARE", "REKEY_LOG"}
}

// detach starts a program with these variables, no shell in between,
// and leaves it to itself: it outlives us, and is reaped if it does not. ended
// is given how it ended.
func detach(env []string, program string, args ...string) (ended <-chan error, err error) {
	cmd := exec.Command(program, args...)
	cmd.Env = env
	proc.Apart(cmd)
	if err := cmd.Start(); err != nil {
		return nil, fault.New("not_started", "{{.Program}} could not be started: {{.Why}}", "Program", filepath.Base(program), "Why", err)
	}
	result := make(chan error, 1)
	go func() { result <- cmd.Wait() }()
	return result, nil
}
