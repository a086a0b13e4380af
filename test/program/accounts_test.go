//go:build unix

package program_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
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
	b.rekey(cli.ExitUsage, "env", "wrk").sentence(t, "~/.codex-wrk does not exist; the accounts are: work")
	b.rekey(cli.ExitUsage, "run", "wrk", "--", "true").sentence(t, "~/.codex-wrk does not exist; the accounts are: work")
	b.rekey(cli.ExitNoProgram, "run", "work", "--", "no-such-program").sentence(t, "there is no program no-such-program; check its name")
	b.rekey(cli.ExitNoProgram, "run", "work", "--", "./no-such-program").sentence(t, "there is no program ./no-such-program")
	b.rekey(cli.ExitNotStarted, "run", "work", "--", root).sentence(t, root+" could not be started: it is a folder")
	for _, bad := range [][]string{{"run", "work"}, {"run", "work", "--", ""}, {"run", "../x", "--", "true"}, {"env"}, {"add", "a/b"}, {"add", "a", "b"}} {
		b.rekey(cli.ExitUsage, bad...)
	}
	entries := must.Get(os.ReadDir(root))(t)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".codex-") && e.Name() != ".codex-work" {
			t.Errorf("%s was made", e.Name())
		}
	}
}

// Another account is signed in to in a home of its own, which is like another one
// but for what is secret. Rekey looks after it until it is told not to, and deletes
// nothing.
func TestAddAccount(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.signIn(time.Hour)
	root := filepath.Dir(b.Home.Dir())
	b.extra = append(b.extra, "CODEX_HOME=", "XDG_CONFIG_HOME="+filepath.Join(root, "config"))
	for name, text := range map[string]string{
		"AGENTS.md": "Be brief.\n", "prompts/review.md": "Look twice.\n", "sessions/one.jsonl": "{}\n",
		"prompts/key.md": "Use password = 'fake-fake-fake'.\n",
	} {
		path := filepath.Join(b.Home.Dir(), name)
		must.Do(t, errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)))
	}
	before := readable(b.Home.Read())

	work := filepath.Join(root, ".codex-work")
	add := b.start("add", "work", "--device", "--like", b.Home.Dir())
	b.approve(add)
	add.wait(cli.ExitOK)
	add.err.until(t, 0, "prompts/key.md was not copied: line 1 may hold a secret")
	if lines, _ := add.out.lines(); lines[0] != signedIn {
		t.Errorf("it prints %q", lines)
	}
	for name, want := range map[string]bool{"AGENTS.md": true, "prompts/review.md": true, "prompts/key.md": false, "sessions": false, "auth.json": true} {
		if _, err := os.Stat(filepath.Join(work, name)); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if info, err := os.Stat(work); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the home is %v, %v", info.Mode(), err)
	}
	if !bytes.Equal(before, readable(b.Home.Read())) {
		t.Error("the first account's sign-in has changed")
	}
	var list struct {
		Schema int
		Homes  []struct {
			Account, Home string
			State         auth.State
		}
	}
	must.Do(t, json.Unmarshal([]byte(b.rekey(cli.ExitOK, "homes", "--json").out), &list))
	if len(list.Homes) != 2 || list.Homes[0].Account != "" || list.Homes[1].Account != "work" || list.Homes[1].State.Email != "ada@example.com" {
		t.Errorf("the homes are %+v", list)
	}

	b.rekey(cli.ExitFailure, "add", "play", "--like", "nobody").sentence(t, "-nobody does not exist")
	b.rekey(cli.ExitUsage, "remove", "play")
	b.rekey(cli.ExitOK, "run", "work", "--", b.program, "remove", "work") // CODEX_HOME does not change what the file lists
	if r := b.rekey(cli.ExitOK, "homes"); strings.Contains(r.out, "work") {
		t.Errorf("the homes are %s", r.out)
	}
	if text := readable(os.ReadFile(filepath.Join(root, "config", "rekey", "config.toml"))); !strings.Contains(string(text), `homes = ["~/.codex"]`) {
		t.Errorf("the configuration is %s", text)
	}
	if _, err := os.Stat(filepath.Join(work, "auth.json")); err != nil {
		t.Errorf("removing an account: %v", err)
	}
	b.rekey(cli.ExitUsage, "remove", "work")
	b.prefer("homes = [\"~/.codex-work\"] # alone\n")
	b.rekey(cli.ExitOK, "remove", "work")
	if text := readable(os.ReadFile(filepath.Join(root, "config", "rekey", "config.toml"))); !strings.Contains(string(text), `homes = ["~/.codex"] # alone`) {
		t.Errorf("without the only home the configuration is %s", text)
	}
	if _, err := os.Stat(filepath.Join(root, ".codex-play")); err == nil {
		t.Error("a home was made for an account that could not be added")
	}
}

// A Rekey that runs takes over the homes that the configuration names from now on,
// in the same process; one that was told its homes keeps them.
func TestOtherHomesWhileRunning(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.signIn(time.Hour)
	b.extra = append(b.extra, "CODEX_HOME=", "XDG_CONFIG_HOME="+filepath.Join(filepath.Dir(b.Home.Dir()), "config"))
	b.prefer("")
	watch := b.start("watch")
	watch.out.until(t, 0, "ada@example.com")
	_ = b.second(b.Server.SignIn(box.Grace()))
	watch.out.until(t, 0, "~/.codex-work  grace@example.com")
	// A Rekey that takes over other homes starts anew, and does not answer for a
	// moment.
	const alone = "no Rekey is running for this home"
	doctor := func(home string) string {
		r := b.run(b.command("doctor", "--home", home))
		if r.code != cli.ExitOK {
			return ""
		}
		return r.out
	}
	work := filepath.Join(filepath.Dir(b.Home.Dir()), ".codex-work")
	kit.Eventually(t, "a Rekey for both homes", func() bool {
		first, second := doctor(b.Home.Dir()), doctor(work)
		return first != "" && second != "" && !strings.Contains(first, alone) && !strings.Contains(second, alone)
	})
	b.rekey(cli.ExitOK, "remove", "work")
	kit.Eventually(t, "the end of work", func() bool {
		first := doctor(b.Home.Dir())
		return first != "" && !strings.Contains(first, alone) && strings.Contains(doctor(work), alone)
	})
	watch.end()
}

// A Rekey that runs follows the link that a home is reached through: people switch
// accounts by changing it.
func TestHomeLinkChangesWhileRunning(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.signIn(time.Hour)
	work := must.Get(box.NewHome(filepath.Join(filepath.Dir(b.Home.Dir()), "work")))(t)
	must.Do(t, work.Replace(b.Server.SignIn(box.Grace())))
	link := filepath.Join(filepath.Dir(b.Home.Dir()), "link")
	lead := func(to string) {
		t.Helper()
		must.Do(t, os.Symlink(to, link+"2"))
		must.Do(t, os.Rename(link+"2", link))
	}
	lead(b.Home.Dir())
	b.extra = append(b.extra, "CODEX_HOME="+link)
	watch := b.start("watch")
	watch.out.until(t, 0, "ada@example.com")
	lead(work.Dir())
	watch.out.until(t, 0, "grace@example.com")
	kit.Eventually(t, "a Rekey for the other home", func() bool {
		return strings.Contains(b.run(b.command("status")).out, "Refreshes at")
	})
	lead(b.Home.Dir())
	kit.Eventually(t, "a Rekey for the first home", func() bool {
		out := b.run(b.command("status")).out
		return strings.Contains(out, "ada@example.com") && strings.Contains(out, "Refreshes at")
	})
	watch.end()
}
