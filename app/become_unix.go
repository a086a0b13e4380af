//go:build unix

package app

import (
	"os"
	"os/exec"
	"syscall"
)

// become replaces this process with another program that uses the Codex home
// home.
func become(home string, argv []string) error {
	program, err := exec.LookPath(argv[0])
	if err != nil {
		return err
	}
	if err := os.Setenv("CODEX_HOME", home); err != nil {
		return err
	}
	return syscall.Exec(program, argv, os.Environ())
}

// startAgain replaces this process with the same program and arguments.
func startAgain() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return syscall.Exec(self, os.Args, os.Environ())
}
