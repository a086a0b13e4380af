package app

import (
	"os"

	"rekey/ui/cli"
)

// screen describes where a standard stream leads.
func screen(f *os.File) cli.Screen {
	terminal := isTerminal(f)
	s := cli.NewScreen(terminal, os.Getenv)
	if terminal {
		s.Width = func() int { return columns(f) }
	}
	return s
}
