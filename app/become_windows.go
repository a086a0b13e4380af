package app

import (
	"os"
	"os/exec"
)

// become runs another program that uses the Codex home home, and exits with it:
// Windows cannot replace a process.
func become(home string, argv []string) error {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "CODEX_HOME="+home)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd.Run()
}
