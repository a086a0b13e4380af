//go:build unix

package program_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/ui/cli"
)

// A borrower's Rekey knows what is lent. Nothing that anybody asks of it sends the
// marker, however old the loan is.
func TestBorrower(t *testing.T) {
	t.Parallel()
	for name, left := range map[string]time.Duration{"good": time.Hour, "expired": -time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newSandbox(t)
			b.mayPrint = true // who asks for the token gets it
			b.signIn(left)
			s, err := auth.ParseSnapshot(must(b.Home.Read()))
			if err != nil {
				t.Fatal(err)
			}
			lent, err := s.Lend("box-1")
			if err != nil {
				t.Fatal(err)
			}
			b.put(lent.Encode())
			code := map[string]int{"good": cli.ExitOK, "expired": cli.ExitWaiting}[name]
			if r := b.rekey(code, "status"); !strings.Contains(r.out, "Lent by another machine") {
				t.Errorf("status prints %q", r.out)
			}
			b.rekey(code, "refresh")
			b.rekey(code, "token")
			b.rekey(cli.ExitOK, "prompt")
			for _, args := range [][]string{{"app-server"}, {"app-server", "--no-watch"}} {
				p := b.start(args...)
				p.send(1, "initialize", hello)
				p.send(2, "getAuthStatus", `{"includeToken":true,"refreshToken":true}`)
				if got := p.answer(2); !strings.Contains(got, `"authMethod":"chatgpt"`) {
					t.Errorf("%v answers %s", args, got)
				}
				_ = p.in.Close()
				p.wait(0)
			}
			b.rekey(cli.ExitOK, "logout")
			if n := len(b.Server.Requests()); n != 0 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

func must(content []byte, err error) []byte {
	if err != nil {
		panic(err) // a mistake in the test
	}
	return content
}

// What the page about machines shows, as far as it can be had here: another home,
// a container whose docker is played, and a secret for CI.
func TestMachinesPage(t *testing.T) {
	t.Parallel()
	page := kit.ReadFile(t, "docs/machines.md")
	b := newSandbox(t)
	b.mayPrint = true
	b.signIn(time.Hour)
	root := filepath.Dir(b.Home.Dir())
	bin := filepath.Join(root, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	played := "#!/bin/sh\n[ \"$1 $2 $3\" = 'exec -i web' ] || exit 9\nshift 3\nexport CODEX_HOME='" + root + "/in-container'\nexec \"$@\"\n"
	if err := os.WriteFile(filepath.Join(bin, "docker"), []byte(played), 0o755); err != nil {
		t.Fatal(err)
	}
	b.extra = append(b.extra, "PATH="+bin+":"+os.Getenv("PATH"))
	for command, home := range map[string]string{
		"rekey lend docker:web":                 filepath.Join(root, "in-container"),
		"rekey lend home:/home/ada/.codex-work": filepath.Join(root, ".codex-work"),
		"rekey lend --print":                    "",
	} {
		if !strings.Contains(string(page), command) {
			t.Errorf("the page does not show %q", command)
		}
		args := strings.Fields(strings.ReplaceAll(command, "/home/ada", root))[1:]
		r := b.rekey(cli.ExitOK, args...)
		content := []byte(r.out)
		if home != "" {
			lent, err := box.NewHome(home)
			if err != nil {
				t.Fatal(err)
			}
			content = must(lent.Read())
		}
		s, err := auth.ParseSnapshot(content)
		if err != nil {
			t.Fatalf("%s: %v", command, err)
		}
		if _, ok := s.Loan(); !ok || s.AccessToken().Reveal() != b.accessToken() {
			t.Errorf("%s lends something else", command)
		}
	}
	var list struct{ Loans []struct{ Name string } }
	if err := json.Unmarshal([]byte(b.rekey(cli.ExitOK, "lend", "--json").out), &list); err != nil || len(list.Loans) != 2 {
		t.Errorf("the list: %+v, %v", list, err)
	}
	b.rekey(cli.ExitOK, "lend", "--stop", "docker:web")
	if _, err := os.Stat(filepath.Join(root, "in-container", "auth.json")); err == nil {
		t.Error("what was lent is still there")
	}
}
