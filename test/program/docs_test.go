//go:build unix

package program_test

import (
	"bufio"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// blocks are the examples of a page in one language, as they stand there.
func blocks(t *testing.T, page, language string) (found []string) {
	t.Helper()
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(files.Read(t, page)), -1) {
		found = append(found, m[1])
	}
	if len(found) == 0 {
		t.Fatalf("%s has no example in %s", page, language)
	}
	return found
}

// script runs an example of a page with the program on PATH, and a curl that
// prints what it is told.
func (b *sandboxed) script(text string) result {
	b.t.Helper()
	bin := filepath.Join(filepath.Dir(b.Home.Dir()), "bin")
	must.Do(b.t, os.MkdirAll(bin, 0o700))
	_ = os.Symlink(b.program, filepath.Join(bin, "rekey")) // there since the last time
	files.Program(b.t, filepath.Join(bin, "curl"), "#!/bin/sh\necho \"$@\"; cat\n")
	shell, err := exec.LookPath("sh")
	if err != nil {
		kit.Missing(b.t, "sh")
	}
	cmd := b.Command(inTime(b.t), shell, "-eu", "-c", text)
	cmd.Env = append(cmd.Env, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	return b.run(cmd)
}

// TestScriptingPage: the examples of the page work, while the sign-in is well
// and when it is dead.
func TestScriptingPage(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.mayPrint = true
	examples := blocks(t, "docs/scripting.md", "sh")
	if len(examples) != 3 {
		t.Fatalf("the page has %d examples, and this test knows three", len(examples))
	}
	curl, codes, hook := examples[0], examples[1], examples[2]

	b.signIn(time.Hour)
	token := b.accessToken()
	want := "-fsS --config - https://api.example.com/v1/me\nheader = \"Authorization: Bearer " + token + "\"\n"
	if r := b.script(curl); r.code != 0 || r.out != want || r.err != "" {
		t.Errorf("curl is told\n%s\nand the script says %q, want\n%s", r.out, r.err, want)
	}
	if r := b.script(codes); r.code != 0 || !strings.HasPrefix(r.out, "go on, ") || r.err != "" {
		t.Errorf("the script prints %q and says %q", r.out, r.err)
	}
	if r := b.script(hook); r.code != 0 || r.out+r.err != "" {
		t.Errorf("the hook ends with %d: %q %q", r.code, r.out, r.err)
	}

	b.signIn(-time.Hour)
	b.Server.RevokeAll()
	b.rekey(cli.ExitSignInRequired, "refresh")
	asked := len(b.outcomes())
	if r := b.script(codes); r.code != 0 || !strings.HasSuffix(r.err, "\nsomebody has to sign in first: rekey login\n") {
		t.Errorf("the script says %q", r.err)
	}
	if r := b.script(hook); r.code != 1 || !strings.HasSuffix(r.err, "\nCodex cannot review this push; sign in with: rekey login\n") {
		t.Errorf("the hook ends with %d and says %q", r.code, r.err)
	}
	if now := len(b.outcomes()); now != asked {
		t.Errorf("the server was asked %d times for what it has refused", now-asked)
	}
}

// TestSocketPage: what the page says to the socket is answered as it says.
func TestSocketPage(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.mayPrint = true
	b.signIn(time.Hour)
	watch := b.start("watch")
	watch.out.until(t, 0, "ada@example.com")
	var conn net.Conn
	kit.Eventually(t, "the socket", func() bool {
		sockets, _ := filepath.Glob(filepath.Join(b.Options().Dirs.Runtime, "*.sock"))
		if len(sockets) != 1 {
			return false
		}
		var err error
		conn, err = (&net.Dialer{}).DialContext(inTime(t), "unix", sockets[0])
		return err == nil
	})
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(kit.Patience))
	answers := bufio.NewReader(conn)
	for line := range strings.Lines(blocks(t, "docs/scripting.md", "socket")[0]) {
		if say, ok := strings.CutPrefix(line, "→ "); ok {
			must.Get(conn.Write([]byte(say)))(t)
			continue
		}
		var want map[string]any
		if err := json.Unmarshal([]byte(strings.TrimPrefix(line, "← ")), &want); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		for {
			text := must.Get(answers.ReadBytes('\n'))(t)
			var got map[string]any
			must.Do(t, json.Unmarshal(text, &got))
			if got["id"] == want["id"] {
				if missing := lacks(got, want); missing != "" {
					t.Errorf("the answer is %swithout %s", text, missing)
				}
				break
			}
		}
	}
	watch.end()
}

// lacks names a member that got does not have as want has it; "…" is anything.
func lacks(got, want map[string]any) string {
	for name, w := range want {
		g, ok := got[name]
		inner, deep := w.(map[string]any)
		switch {
		case !ok:
			return name
		case deep:
			below, _ := g.(map[string]any)
			if missing := lacks(below, inner); missing != "" {
				return name + "." + missing
			}
		case w != "…" && w != g:
			return name
		}
	}
	return ""
}
