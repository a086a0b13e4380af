//go:build unix

package program_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// Every push is one line of the log, and the hook is told of the loans. The doctor
// names those in trouble, and that nobody pushes.
func TestLoansAreTold(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.signIn(time.Hour)
	root := filepath.Dir(b.Home.Dir())
	hook, told := filepath.Join(root, "hook"), filepath.Join(root, "told")
	files.Program(t, hook, "#!/bin/sh\ncat >>'"+told+"'\n")
	b.extra = append(b.extra, "XDG_CONFIG_HOME="+filepath.Join(root, "config"), "REKEY_LOG=info")
	b.prefer(`hook = "` + hook + `"`)
	borrower := filepath.Join(root, "box")
	watch := b.start("watch")
	watch.out.until(t, 0, "ada@example.com")
	b.rekey(cli.ExitOK, "lend", "home:"+borrower)
	watch.err.until(t, 0, "lend: pushed") // the agent has found it
	b.rekey(cli.ExitOK, "refresh")
	b.note()
	kit.Eventually(t, "the new access token at the borrower", func() bool {
		content, _ := os.ReadFile(filepath.Join(borrower, "auth.json"))
		return bytes.Contains(content, []byte(b.accessToken()))
	})
	kit.Eventually(t, "the hook", func() bool {
		text, _ := os.ReadFile(told)
		return bytes.Contains(text, []byte(`"loans":{"count":1`))
	})
	watch.end()
	pushes := 0
	lines, _ := watch.err.lines()
	for _, line := range lines {
		if strings.Contains(line, "lend:") {
			pushes++
		}
	}
	if pushes != 2 { // when it found the loan, and after the refresh
		t.Errorf("%d lines of two pushes", pushes)
	}
	r := b.rekey(cli.ExitOK, "doctor")
	if !strings.Contains(r.out, "no Rekey is running to keep the loans fresh") {
		t.Errorf("the doctor says\n%s", r.out)
	}
	must.Do(t, os.WriteFile(filepath.Join(borrower, "auth.json"), []byte(`{"OPENAI_API_KEY":"sk-fake"}`), 0o600))
	watch = b.start("watch")
	kit.Eventually(t, "the end of the loan", func() bool {
		return strings.Contains(b.rekey(cli.ExitOK, "lend").out, "uses an API key")
	})
	if r := b.rekey(cli.ExitOK, "doctor"); !strings.Contains(r.out, "nothing is lent to home:") || strings.Contains(r.out, "keep the loans fresh") {
		t.Errorf("the doctor says\n%s", r.out)
	}
	watch.end()
}

// TestLogoutTakesLoansBack: where no Rekey runs that would, signing out does, and says
// what it could not take.
func TestLogoutTakesLoansBack(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.signIn(time.Hour)
	root := filepath.Dir(b.Home.Dir())
	near, far := filepath.Join(root, "near"), filepath.Join(root, "far")
	files.Program(t, far, "#!/bin/sh\nHOME='"+root+"/away' exec \"$@\"\n")
	b.rekey(cli.ExitOK, "lend", "--", far)
	b.rekey(cli.ExitOK, "lend", "home:"+near)
	must.Do(t, os.Remove(far))
	r := b.rekey(cli.ExitFailure, "logout")
	if !strings.HasPrefix(r.out, "Signed out: ada@example.com") || !strings.Contains(r.err, "It keeps what it has until that expires") {
		t.Errorf("it prints %q and says %q", r.out, r.err)
	}
	if _, err := os.Stat(filepath.Join(near, "auth.json")); err == nil {
		t.Error("the borrower still has its loan")
	}
	if r := b.rekey(cli.ExitOK, "lend"); strings.Contains(r.out, near) || !strings.Contains(r.out, far) {
		t.Errorf("lent is\n%s", r.out)
	}
}
