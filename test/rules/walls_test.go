package rules_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"rekey/test/kit"
)

// pkg is what "go list -json" says of a package, as far as it matters here.
type pkg struct {
	ImportPath   string
	Name         string
	Standard     bool
	Imports      []string
	TestImports  []string
	XTestImports []string
	CgoFiles     []string
}

// wall forbids some packages some imports. Only direct imports count, so that
// what a library does inside is its own affair.
type wall struct {
	name      string
	inside    func(pkg) bool
	forbidden []string // an import path, or with "/..." at its end also all below
	tests     bool     // holds for tests too
}

// walls are those of the house (ARCHITECTURE.md).
func walls() []wall {
	return []wall{
		{"the model and the watcher know no face", within("rekey/auth/...", "rekey/usage/...", "rekey/lend/...", "rekey/watcher/..."),
			[]string{"fyne.io/...", "rekey/ui/..."}, true},
		{"only the window knows Fyne", outside("rekey/ui/window/...", "rekey/test/bench/..."),
			[]string{"fyne.io/fyne/..."}, true},
		{"faces open no file and speak to no network", func(p pkg) bool {
			return within("rekey/ui/...")(p) && p.Name != "main"
		}, []string{"os", "net", "net/http"}, false},
		{"of the faces only the tray and the notifications speak D-Bus", func(p pkg) bool {
			return within("rekey/ui/...")(p) && outside("rekey/ui/tray", "rekey/ui/tray/item", "rekey/ui/notify")(p)
		}, []string{"github.com/godbus/...", "github.com/esiqveland/..."}, false},
		{"the model knows no part that implements it, no file and no network", within("rekey/auth"),
			[]string{"rekey/auth/...", "rekey/app", "rekey/lend/...", "rekey/usage/backend", "rekey/usage/files", "rekey/usage/rollout",
				"rekey/watcher/...", "os", "net", "net/http"}, false},
		{"the figures of usage know nothing of sign-ins, no file and no network", within("rekey/usage"),
			[]string{"rekey/...", "os", "net", "net/http"}, false},
		{"the authority's client knows nothing of storage", within("rekey/auth/authority"),
			[]string{"os", "rekey/auth/store/..."}, false},
		{"the store knows nothing of HTTP", within("rekey/auth/store/...", "rekey/auth/memory", "rekey/auth/codex", "rekey/internal/safefile"),
			[]string{"net/http", "rekey/auth/authority/..."}, false},
		{"what is remembered and Codex's configuration know no store", within("rekey/auth/memory", "rekey/auth/codex"),
			[]string{"rekey/auth/store/..."}, false},
		{"files are handled without knowing whose they are", within("rekey/internal/safefile"),
			[]string{"rekey/auth/...", "rekey/assets/...", "rekey/ui/...", "rekey/app"}, false},
		{"what only tests use is not shipped", outside("rekey/test/..."),
			[]string{"testing/...", "net/http/httptest", "rekey/test/..."}, false},
		{"the fake server shares no code with what it tests", within("rekey/internal/box"), []string{"rekey/..."}, false},
	}
}

func within(patterns ...string) func(pkg) bool {
	return func(p pkg) bool {
		return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, p.ImportPath) })
	}
}

func outside(patterns ...string) func(pkg) bool {
	in := within(patterns...)
	return func(p pkg) bool { return !in(p) }
}

func matches(pattern, path string) bool {
	base, below := strings.CutSuffix(pattern, "/...")
	return path == base || below && strings.HasPrefix(path, base+"/")
}

// breaches lists the imports of p that the wall forbids.
func (w wall) breaches(p pkg) (found []string) {
	if !w.inside(p) {
		return nil
	}
	imports := p.Imports
	if w.tests {
		imports = slices.Concat(p.Imports, p.TestImports, p.XTestImports)
	}
	for _, imported := range imports {
		if slices.ContainsFunc(w.forbidden, func(pattern string) bool { return matches(pattern, imported) }) {
			found = append(found, fmt.Sprintf("%s: %s imports %s", w.name, p.ImportPath, imported))
		}
	}
	return found
}

func TestWallsStand(t *testing.T) {
	t.Parallel()
	guarded := make(map[string]bool)
	for _, system := range []string{"linux", "windows", "darwin"} {
		for _, p := range goList(t, []string{"GOOS=" + system, "CGO_ENABLED=0"}, "./...") {
			for _, w := range walls() {
				guarded[w.name] = guarded[w.name] || w.inside(p)
				for _, breach := range w.breaches(p) {
					t.Errorf("%s: %s", system, breach)
				}
				broken := p
				broken.Imports = append(slices.Clip(p.Imports), strings.TrimSuffix(w.forbidden[0], "/..."))
				if w.inside(p) && len(w.breaches(broken)) == len(w.breaches(p)) {
					t.Errorf("%s: %s would not fall", p.ImportPath, w.name)
				}
			}
		}
	}
	for _, w := range walls() {
		if !guarded[w.name] {
			t.Errorf("%s: this wall has no package inside", w.name)
		}
	}
}

// The program that is always there carries no graphics, no C and no tests.
func TestAgentStaysSmall(t *testing.T) {
	t.Parallel()
	for _, system := range []string{"linux", "windows"} {
		deps := goList(t, []string{"GOOS=" + system, "CGO_ENABLED=1"}, "-deps", ".")
		for _, problem := range tooHeavy(deps) {
			t.Errorf("%s: rekey needs %s", system, problem)
		}
		for _, heavy := range []pkg{{ImportPath: "fyne.io/fyne/v2/theme"}, {ImportPath: "testing"}, {ImportPath: "c", CgoFiles: []string{"c.go"}}} {
			if len(tooHeavy(append(deps, heavy))) == 0 {
				t.Errorf("%s would not be noticed", heavy.ImportPath)
			}
		}
	}
}

// tooHeavy lists what the agent's program must not depend on.
func tooHeavy(deps []pkg) (found []string) {
	for _, p := range deps {
		switch {
		case matches("fyne.io/fyne/...", p.ImportPath), matches("testing/...", p.ImportPath):
			found = append(found, p.ImportPath)
		case !p.Standard && len(p.CgoFiles) > 0:
			found = append(found, p.ImportPath+", which needs C")
		}
	}
	return found
}

// goList asks the go command about packages. env is added to the environment.
func goList(t *testing.T, env []string, args ...string) []pkg {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-e",
		"-json=ImportPath,Name,Standard,Imports,TestImports,XTestImports,CgoFiles"}, args...)...)
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, &stderr)
	}
	var found []pkg
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v: %v", cmd, err)
		}
		found = append(found, p)
	}
	if len(found) == 0 {
		t.Fatalf("%v lists nothing", cmd)
	}
	return found
}

func TestMain(m *testing.M) { os.Exit(kit.RunAtRoot(m)) }
