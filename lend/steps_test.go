//go:build unix

package lend

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// stepping stands in the place of every tool: it counts, and before the tool of
// one step it lets the borrower's user do something, which takes Codex's locks. Once
// the script may have those, the user comes whenever they are free.
const stepping = `#!/bin/sh
PATH='%[1]s'
n=1
while [ -e '%[2]s/step-'$n ] || ! mkdir '%[2]s/step-'$n 2>/dev/null; do n=$((n + 1)); done
if [ -e '%[2]s/at-'$n ]; then
	{ sh '%[2]s/event'; : >'%[2]s/done'; } 8>&- 9>&- >/dev/null 2>&1 </dev/null &
	if [ -e /proc/$$/fd/8 ]; then sleep 0.02; else until [ -e '%[2]s/done' ]; do sleep 0.001; done; fi
fi
exec %[4]s "$@"
`

// steps counts the tools that an errand uses at a place.
type steps struct {
	p   *place
	dir string
}

// stepped makes a place whose steps are counted.
func stepped(t *testing.T, shell string) steps {
	t.Helper()
	p := newPlace(t, shell)
	p.do("push", "new", loan, resultOK)
	s := steps{p, filepath.Join(filepath.Dir(p.bin), "steps")}
	for _, tool := range strings.Fields(tools + " flock") {
		link := filepath.Join(p.bin, tool)
		program, err := os.Readlink(link)
		if err == nil {
			err = os.Remove(link)
		}
		must.Do(t, err)
		if filepath.Base(program) == "busybox" {
			program += " " + tool
		}
		files.Program(t, link, fmt.Sprintf(stepping, os.Getenv("PATH"), s.dir, p.home, program))
	}
	return s
}

// run goes on an errand with a loan in place. At a step, 0 for none, the user runs a
// shell command. It returns how many steps it took, once the user is done.
func (s steps) run(do, old, content string, at int, command string) int {
	t := s.p.t
	t.Helper()
	must.Do(t, os.RemoveAll(s.dir))
	must.Do(t, os.Mkdir(s.dir, 0o700))
	for name, text := range map[string]string{"event": command, fmt.Sprintf("at-%d", at): ""} {
		must.Do(t, os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600))
	}
	s.p.write(old)
	_, err := run(t.Context(), s.p.through, Target{CodexHome: s.p.home, Name: "home:" + s.p.home},
		order{do, "a", "known", []byte(content)}, time.Now)
	if at == 0 && err != nil {
		t.Fatal(err)
	}
	if at > 0 {
		kit.Eventually(t, "the end of what the user does", func() bool { _, err := os.Stat(filepath.Join(s.dir, "done")); return err == nil })
	}
	taken, _ := filepath.Glob(filepath.Join(s.dir, "step-*"))
	return len(taken)
}

// locking is a shell command that puts a content into auth.json, or removes it for
// "", as Codex does: under its locks, by renaming.
func (s steps) locking(content string) string {
	change := "rm " + s.p.auth()
	if content != "" {
		change = fmt.Sprintf("(umask 077; printf %%s '%s' >%s/.auth-new) && mv %[2]s/.auth-new %[2]s/auth.json", content, s.p.home)
	}
	return fmt.Sprintf("flock %[1]s/auth.lock flock %[1]s/auth.json.lock sh -c \"$(cat <<'END'\n%[2]s\nEND\n)\"\n", s.p.home, change)
}

// each goes on an errand once for each of its steps, or every third from offset on,
// and lets the user run a command there. What the user wants is what is left.
func (s steps) each(do, old, content, command, want string, offset int) {
	t := s.p.t
	t.Helper()
	total := s.run(do, old, content, 0, "")
	if undisturbed := map[string]string{"push": content}[do]; s.p.whole() != undisturbed {
		t.Fatal("undisturbed, it does not work")
	}
	for at := 1; at <= total; at++ {
		if !soaked() && at%3 != offset {
			continue // another shell's
		}
		s.run(do, old, content, at, command)
		if got := s.p.whole(); got != want {
			t.Fatalf("at step %d of %d: it holds %q, want %q", at, total, got, want)
		}
	}
	t.Logf("%d steps", total)
}

// P4 at the borrower: whatever its user does, at every step of a push or of taking
// it back, is not overwritten, and a sign-out stays one.
func TestUserAtEveryStep(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("flock"); err != nil {
		kit.Missing(t, "flock")
	}
	newer := strings.Replace(loan, "access-canary", "access-canary-two", 1)
	programs := shells(t)
	for offset, name := range []string{"dash", "busybox", "bash"} {
		for what, event := range map[string]string{
			"signs in": owned["a sign-in"].content, "signs out": "", "borrows from another owner": owned["another loan"].content,
		} {
			for _, do := range []string{"push", "stop"} {
				t.Run(name+"/"+what+"/"+do, func(t *testing.T) {
					t.Parallel()
					s := stepped(t, programs[name])
					s.each(do, loan, newer, s.locking(event), event, offset)
				})
			}
		}
	}
}

// TestUserAtEveryStepOfAMountedFile: where auth.json is mounted alone, everybody
// writes over it.
func TestUserAtEveryStepOfAMountedFile(t *testing.T) {
	t.Parallel()
	s := stepped(t, shells(t)["dash"])
	s.p.mounted()
	own := owned["a sign-in"].content
	s.each("push", loan, strings.Replace(loan, "access-canary", "access-canary-two", 1),
		fmt.Sprintf("flock %[1]s/auth.lock flock %[1]s/auth.json.lock sh -c 'printf %%s \"$0\" >%[1]s/auth.json' '%[2]s'\n", s.p.home, own), own, 0)
}

// TestCodexAtEveryStep is the same with the real Codex: its own sign-out, and its
// sign-in with an API key. The server that it would tell cannot be reached.
func TestCodexAtEveryStep(t *testing.T) {
	t.Parallel()
	_, codex := kit.Codex(t)
	lent := func(n int) string {
		s := must.Get(signIn(t, "acct-ada", n).Lend("a"))(t)
		return string(s.Encode())
	}
	old, newer := lent(1), lent(2)
	dash := shells(t)["dash"]
	for offset, c := range []struct{ name, command, want string }{
		{"logout", "logout", ""},
		{"API key", "login --with-api-key", "{\n  \"auth_mode\": \"apikey\",\n  \"OPENAI_API_KEY\": \"sk-fake\"\n}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := stepped(t, dash)
			closed := "http://127.0.0.1:1"
			s.each("push", old, newer, fmt.Sprintf("echo sk-fake | env -i PATH=/usr/bin:/bin HOME=%[1]s CODEX_HOME=%[1]s HTTPS_PROXY=%[2]s HTTP_PROXY=%[2]s ALL_PROXY=%[2]s "+
				"CODEX_REFRESH_TOKEN_URL_OVERRIDE=%[2]s/ CODEX_REVOKE_TOKEN_URL_OVERRIDE=%[2]s/ %[3]s %[4]s\n", s.p.home, closed, codex, c.command), c.want, offset)
		})
	}
}

// soaked reports whether the long variants are to run.
func soaked() bool { return os.Getenv("REKEY_SOAK") == "1" }

// At a start every borrower is visited, because the records may be old.
func TestLenderStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.lend("box")
		before, _ := w.visited("box")
		ctx, cancel := context.WithCancel(t.Context())
		done := kit.Later(func() error { return w.lender.Run(ctx) })
		if after, _ := w.visited("box"); after != before+1 {
			t.Errorf("%d visits at the start", after-before)
		}
		cancel()
		<-done
	})
}
