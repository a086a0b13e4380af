package rules_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// Every direct dependency has a line in docs/dependencies.md that says what it is for.
func TestDependenciesAreExplained(t *testing.T) {
	out := must.Get(exec.Command("go", "mod", "edit", "-json").Output())(t)
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	must.Do(t, json.Unmarshal(out, &mod))
	var direct []string
	for _, m := range mod.Require {
		if !m.Indirect {
			direct = append(direct, m.Path)
		}
	}
	if len(direct) == 0 {
		t.Fatal("go.mod names no direct dependency")
	}
	for _, path := range unnamed(files.Read(t, "docs/dependencies.md"), direct) {
		t.Errorf("docs/dependencies.md does not say what %s is for", path)
	}
}

// Every promise has a line in the README.
func TestPromisesAreMade(t *testing.T) {
	promises := []string{"P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9"}
	for _, promise := range unnamed(files.Read(t, "README.md"), promises) {
		t.Errorf("README.md does not make promise %s", promise)
	}
}

// unnamed lists the words that do not stand by themselves in text.
func unnamed(text []byte, words []string) (missing []string) {
	for _, word := range words {
		alone := regexp.MustCompile(`(^|[^\w./-])` + regexp.QuoteMeta(word) + `($|[^\w/-])`)
		if !alone.Match(text) {
			missing = append(missing, word)
		}
	}
	return missing
}

// foreign are things that no file of the project names, written so that this
// one does not: paths of one machine, and package registries, which are the
// business of who builds.
var foreign = regexp.MustCompile(`(^|[\s"'` + "`" + `(=:,])/(wor[k]|roo[t]|far[m])/|\.\./share[d]\b|` +
	`registry\.npmj[s]|proxy\.golan[g]|deb\.debia[n]`)

func TestFilesNameNothingForeign(t *testing.T) {
	t.Parallel()
	if !foreign.MatchString("cd /"+"root/x") || foreign.MatchString("/home/ada/.codex") {
		t.Error("the pattern is wrong")
	}
	for _, name := range projectFiles(t) {
		for i, line := range bytes.Split(files.Read(t, name), []byte("\n")) {
			if found := foreign.Find(line); found != nil {
				t.Errorf("%s:%d names %q", name, i+1, bytes.TrimSpace(found))
			}
		}
	}
}

// projectFiles are the files that Git follows and that are there.
func projectFiles(t *testing.T) (names []string) {
	t.Helper()
	// The clone may belong to another user, as on a build machine.
	out, err := exec.Command("git", "-c", "safe.directory=*", "ls-files", "-z").Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	for _, name := range strings.Split(strings.TrimRight(string(out), "\x00"), "\x00") {
		if info, err := os.Lstat(name); err == nil && info.Mode().IsRegular() {
			names = append(names, name)
		}
	}
	if len(names) < 10 {
		t.Fatalf("git ls-files lists only %q", names)
	}
	return names
}
