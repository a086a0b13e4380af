package app

import (
	"context"
	"errors"
	"os"
	"os/exec"

	"golang.org/x/sys/windows"
)

// isTerminal reports whether a file is a console, and enables terminal
// sequences for it.
func isTerminal(f *os.File) bool {
	console := windows.Handle(f.Fd())
	var mode uint32
	if windows.GetConsoleMode(console, &mode) != nil {
		return false
	}
	_ = windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) // an input has no such mode
	return true
}

// columns is the width of a console, 0 if unknown.
func columns(f *os.File) int {
	var info windows.ConsoleScreenBufferInfo
	if windows.GetConsoleScreenBufferInfo(windows.Handle(f.Fd()), &info) != nil {
		return 0
	}
	return int(info.Window.Right-info.Window.Left) + 1
}

// untilUnread returns when ctx ends: on this system the next write fails when
// nobody reads any more.
func untilUnread(ctx context.Context, _ *os.File) error {
	<-ctx.Done()
	return nil
}

// become runs another program that uses the Codex home home, and exits with it:
// Windows cannot replace a process.
func become(home string, argv []string) error {
	program, err := findProgram(argv[0])
	if err != nil {
		return err
	}
	cmd := exec.Command(program, argv[1:]...)
	cmd.Env = append(os.Environ(), "CODEX_HOME="+home)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		return notStarted(argv[0], err)
	}
	err = cmd.Wait()
	if ended := new(exec.ExitError); errors.As(err, &ended) {
		os.Exit(ended.ExitCode())
	}
	return err
}

// startAgain runs the same program with the same arguments, and exits with it.
func startAgain() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self, os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd.Run()
}
