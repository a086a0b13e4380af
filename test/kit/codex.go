package kit

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Codex finds the real Codex: what REKEY_CODEX names, else what the project has
// installed. Where it is missing the test ends, and says so. command is what
// people start; program is the executable that it starts in turn, where command
// is npm's script, and else the same.
func Codex(t testing.TB) (command, program string) {
	t.Helper()
	command = os.Getenv("REKEY_CODEX")
	if command == "" {
		mod, err := exec.Command("go", "env", "GOMOD").Output()
		if err != nil {
			t.Fatalf("go env GOMOD: %v", err)
		}
		command = filepath.Join(filepath.Dir(strings.TrimSpace(string(mod))), ".cache", "codex", "node_modules", ".bin", "codex")
	}
	script, err := filepath.EvalSymlinks(command)
	if err != nil {
		Missing(t, "the real Codex (REKEY_CODEX, else .cache/codex)")
	}
	// @openai/codex/bin/codex.js starts @openai/codex-<system>/vendor/<target>/bin/codex.
	scope := filepath.Dir(filepath.Dir(filepath.Dir(script)))
	for _, name := range []string{"codex", "codex.exe"} { // other programs lie beside it
		if found, _ := filepath.Glob(filepath.Join(scope, "codex-*", "vendor", "*", "bin", name)); len(found) == 1 {
			return command, found[0]
		}
	}
	return command, command
}
