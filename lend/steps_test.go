//go:build unix

package lend

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/test/kit"
)

// stepping stands in the place of every tool: it counts, and before the tool of
// one step it lets the borrower's user do something, under Codex's locks. Once the
// script may have those, the user comes whenever they are free.
const stepping = `#!/bin/sh
PATH='%[1]s'
n=1
while [ -e '%[2]s/step-'$n ] || ! mkdir '%[2]s/step-'$n 2>/dev/null; do n=$((n + 1)); done
if [ -e '%[2]s/at-'$n ]; then
	{ flock '%[3]s/auth.lock' flock '%[3]s/auth.json.lock' sh '%[2]s/event'; : >'%[2]s/done'; } 8>&- 9>&- >/dev/null 2>&1 </dev/null &
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
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(program) == "busybox" {
			program += " " + tool
		}
		if err := os.WriteFile(link, fmt.Appendf(nil, stepping, os.Getenv("PATH"), s.dir, p.home, program), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// run goes on an errand with a loan in place. At a step, 0 for none, the user
// replaces auth.json by another content, or removes it for "". It returns how many
// steps it took, once the user is done.
func (s steps) run(do, content string, at int, event string) int {
	t := s.p.t
	t.Helper()
	if err := os.RemoveAll(s.dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(s.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	script := "rm " + s.p.auth()
	if event != "" {
		script = fmt.Sprintf("cp -p %[1]s/own %[2]s/.auth-new && mv %[2]s/.auth-new %[2]s/auth.json", s.dir, s.p.home)
	}
	for name, text := range map[string]string{"own": event, "event": script, fmt.Sprintf("at-%d", at): ""} {
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.p.write(loan)
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
					total := s.run(do, newer, 0, "")
					if want := map[string]string{"push": newer}[do]; s.p.whole() != want {
						t.Fatal("undisturbed, it does not work")
					}
					for at := 1; at <= total; at++ {
						if !soaked() && at%3 != offset {
							continue // another shell's
						}
						s.run(do, newer, at, event)
						if got := s.p.whole(); got != event {
							t.Fatalf("at step %d of %d: it holds %q, want %q", at, total, got, event)
						}
					}
					t.Logf("%d steps", total)
				})
			}
		}
	}
}

// soaked reports whether the long variants are to run.
func soaked() bool { return os.Getenv("REKEY_SOAK") == "1" }
