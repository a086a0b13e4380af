//go:build unix

package app

import (
	"os"
	"os/exec"
	"syscall"
)

// become turns this process into another program, with a Codex home of its own.
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
