//go:build unix

package program_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/internal/box"
	"rekey/ui/cli"
)

// Several accounts are several homes: a name stands for one, and programs are run
// in it.
func TestAccounts(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.signIn(time.Hour)
	root := filepath.Dir(b.Home.Dir())
	work := filepath.Join(root, ".codex-work")
	b.second(b.Server.SignIn(box.Grace()))
	if r := b.rekey(cli.ExitOK, "homes"); !strings.HasPrefix(r.out, "~/.codex: ada@") || !strings.Contains(r.out, "\n~/.codex-work: grace@") {
		t.Errorf("the homes are\n%s", r.out)
	}
	if r := b.rekey(cli.ExitOK, "env", "work"); r.out != "export CODEX_HOME='"+work+"'\n" {
		t.Errorf("the variable is %q", r.out)
	}
	if r := b.rekey(3, "run", "work", "--", "sh", "-c", `printf %s "$CODEX_HOME $1"; exit 3`, "sh", "--flag"); r.out != work+" --flag" {
		t.Errorf("the program finds %q", r.out)
	}
	for _, bad := range [][]string{{"run", "work"}, {"run", "../x", "--", "true"}, {"env"}, {"add", "a/b"}, {"add", "a", "b"}} {
		b.rekey(cli.ExitUsage, bad...)
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".codex-") && e.Name() != ".codex-work" {
			t.Errorf("%s was made", e.Name())
		}
	}
}
