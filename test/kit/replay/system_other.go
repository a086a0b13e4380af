//go:build !unix

package replay

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
)

func giveToNobody(string) error { return noSuch("user without rights") }

func runAsNobody(*exec.Cmd) error { return noSuch("user without rights") }

func forEverybody(program, _ string) (string, error) { return program, nil }

func lock(string) (*os.File, error) { return nil, noSuch("lock as Codex takes it") }

func terminate(p *os.Process) error { return p.Kill() }

func noSuch(what string) error { return fmt.Errorf("no %s here: %w", what, errors.ErrUnsupported) }
