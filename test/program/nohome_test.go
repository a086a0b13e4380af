//go:build unix

package program_test

import (
	"os"
	"path/filepath"
	"testing"

	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// A home that is not what its user meant is named, and never taken for one in
// which nobody has signed in.
func TestHomesThatAreNotThere(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	missing := filepath.Join(b.Home.Dir(), "gone")
	b.rekey(cli.ExitSignedOut, "status", "--home", missing).sentence(t, missing+" does not exist")
	tilde := filepath.Join(b.Home.Dir(), "~", ".codex")
	for _, command := range []string{"status", "login", "refresh", "token"} {
		b.rekey(cli.ExitUsage, command, "--home", tilde).sentence(t, "has a ~ in it that no shell has expanded")
	}
	if _, err := os.Lstat(filepath.Join(b.Home.Dir(), "~")); err == nil {
		t.Error("a folder ~ was made")
	}
	must.Do(t, os.Symlink("/nowhere/auth.json", b.Home.AuthPath()))
	b.rekey(cli.ExitSignedOut, "status").sentence(t, "is a link to /nowhere/auth.json, which does not exist")

	file := filepath.Join(b.Home.Dir(), "config.toml") // no folder
	if r := b.rekey(cli.ExitUsage, "status", "--home", file); r.err != "rekey: the home "+file+": it is not a folder\n" {
		t.Errorf("it says %q", r.err)
	}
	if r := b.rekey(cli.ExitFailure, "doctor", "--json", "--home", file); r.err != "" {
		t.Errorf("it says %q", r.err)
	}
	if r := b.rekey(cli.ExitOK, "prompt", "--home", file); r.out != "? Codex\n" || r.err != "" {
		t.Errorf("the prompt is %q, %q", r.out, r.err)
	}
}
