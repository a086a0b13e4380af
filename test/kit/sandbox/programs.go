package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// root is the folder of the module that is worked on.
func root(ctx context.Context) (string, error) {
	mod, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	return filepath.Dir(strings.TrimSpace(string(mod))), nil
}

// exeSuffix ends the names of programs.
func exeSuffix() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}

// ErrNoCodex means that the real Codex is not installed.
var ErrNoCodex = errors.New("the real Codex is not here (REKEY_CODEX, else .cache/codex)")

// Codex finds the real Codex: what REKEY_CODEX names, else what the project has
// installed. command is what people start; program is the executable that it
// starts in turn, where command is npm's script, and else the same.
func Codex(ctx context.Context) (command, program string, err error) {
	command = os.Getenv("REKEY_CODEX")
	if command == "" {
		root, err := root(ctx)
		if err != nil {
			return "", "", err
		}
		command = filepath.Join(root, ".cache", "codex", "node_modules", ".bin", "codex")
	}
	script, err := filepath.EvalSymlinks(command)
	if err != nil {
		return "", "", fmt.Errorf("%w: %w", ErrNoCodex, err)
	}
	// @openai/codex/bin/codex.js starts @openai/codex-<system>/vendor/<target>/bin/codex.
	scope := filepath.Dir(filepath.Dir(filepath.Dir(script)))
	found, err := filepath.Glob(filepath.Join(scope, "codex-*", "vendor", "*", "bin", "codex"+exeSuffix()))
	if err != nil || len(found) != 1 {
		return command, command, nil
	}
	return command, found[0], nil
}
