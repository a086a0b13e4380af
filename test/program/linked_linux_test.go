package program_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestNobodyLooksMethodsUp: if any function that is linked looks methods up by
// reflection, the linker keeps every exported method of every type, and the program is
// 2.4 MB larger. Templates do it, and godbus' Export. The linker says who.
func TestNobodyLooksMethodsUp(t *testing.T) {
	t.Parallel()
	link := exec.CommandContext(t.Context(), "go", "build", "-tags", "nethttpomithttp2", "-ldflags", "-s -w -dumpdep",
		"-o", filepath.Join(t.TempDir(), "rekey"), "rekey")
	link.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := link.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "main.main -> ") {
		t.Fatalf("the linker says nothing: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		if _, to, _ := strings.Cut(line, " -> "); strings.HasSuffix(to, " <ReflectMethod>\n") {
			t.Error(strings.TrimSpace(line))
		}
	}
}
