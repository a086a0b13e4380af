// Command rekey-tray starts rekey without a console window, for the Start menu
// and the autostart of Windows. rekey itself stays a console program there, so
// that a shell waits for it and gets its exit code; programs that it starts,
// such as a hook or ssh, share its hidden console and flash no window.
//
// It starts the rekey beside it, and touches nothing else.
package main

import (
	"os"
	"os/exec"
	"path/filepath"

	"rekey/internal/proc"
)

func main() {
	self, err := os.Executable()
	if err != nil {
		os.Exit(1)
	}
	cmd := exec.Command(filepath.Join(filepath.Dir(self), "rekey"+filepath.Ext(self)), os.Args[1:]...)
	proc.Apart(cmd)
	if cmd.Start() != nil {
		os.Exit(1)
	}
}
