//go:build unix

package lend

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rekey/test/kit"
)

// shells are those that the script must run in, each by the command that is it.
// busybox brings its own tools along.
func shells(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for name, program := range map[string]string{"dash": "dash", "bash": "bash", "busybox": "busybox"} {
		path, err := exec.LookPath(program)
		if err != nil {
			kit.Missing(t, program)
		}
		found[name] = path
	}
	return found
}

// place is a borrower on this machine.
type place struct {
	t       *testing.T
	home    string
	bin     string   // all that is on PATH
	trace   bool     // every shell is run with -x
	inside  []string // the command that every program is run with, nil for none
	stderr  string   // of the last errand
	through Transport
}

// newPlace makes a borrower whose sh is the given one.
func newPlace(t *testing.T, shell string) *place {
	t.Helper()
	dir := t.TempDir()
	p := &place{t: t, home: filepath.Join(dir, "codex"), bin: filepath.Join(dir, "bin")}
	if err := os.Mkdir(p.bin, 0o755); err != nil {
		t.Fatal(err)
	}
	p.link("sh", shell)
	if filepath.Base(shell) == "busybox" {
		p.links(tools, func(string) string { return shell })
		p.links("flock", systems(t)) // which is no part of Debian's busybox
	} else {
		p.links(tools+" flock", systems(t))
	}
	if err := os.Mkdir(p.tmp(), 0o700); err != nil {
		t.Fatal(err)
	}
	p.through = func(ctx context.Context, argv []string, stdin []byte) (string, string, error) {
		cmd := p.command(ctx, argv, stdin)
		var out, errs strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &errs
		err := cmd.Run()
		p.stderr = errs.String()
		return out.String(), errs.String(), err
	}
	return p
}

// command runs one of the place's programs.
func (p *place) command(ctx context.Context, argv []string, stdin []byte) *exec.Cmd {
	if p.trace {
		argv = append([]string{argv[0], "-x"}, argv[1:]...)
	}
	argv = append([]string{filepath.Join(p.bin, argv[0])}, argv[1:]...)
	argv = append(p.inside[:len(p.inside):len(p.inside)], argv...)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = []string{"PATH=" + p.bin, "HOME=" + filepath.Dir(p.home), "TMPDIR=" + p.tmp()}
	cmd.Stdin = bytes.NewReader(stdin)
	return cmd
}

// mounted has auth.json mounted alone from now on, for whoever comes to the place.
func (p *place) mounted() {
	p.t.Helper()
	unshare, err := exec.LookPath("unshare")
	if err != nil || exec.Command(unshare, "-rm", "true").Run() != nil {
		kit.Missing(p.t, "unshare, with the right to make a namespace")
	}
	p.inside = []string{unshare, "-rm", "/bin/sh", "-c",
		`PATH="$1:/usr/bin:/bin" mount --bind "$0" "$0" && shift && exec "$@"`, p.auth(), os.Getenv("PATH")}
}

// tools are all that the script uses.
const tools = "dd sed grep head cat date mkdir chmod chown ls cut tr wc rm mv readlink mktemp sync sleep id"

// systems finds the system's own tools.
func systems(t *testing.T) func(string) string {
	return func(tool string) string {
		path, err := exec.LookPath(tool)
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
}

func (p *place) links(names string, to func(string) string) {
	p.t.Helper()
	for _, name := range strings.Fields(names) {
		p.link(name, to(name))
	}
}

func (p *place) link(name, to string) {
	p.t.Helper()
	if err := os.Symlink(to, filepath.Join(p.bin, name)); err != nil {
		p.t.Fatal(err)
	}
}

// loan is what is lent as loan a.
const loan = `{
  "auth_mode": "chatgpt",
  "OPENAI_API_KEY": null,
  "tokens": {
    "id_token": "id-canary",
    "access_token": "access-canary",
    "refresh_token": "rekey-loan:v1:a",
    "account_id": "acct-ada"
  },
  "last_refresh": "2026-11-28T10:00:00Z"
}`

// do goes on an errand to the place and wants its result, "ok" or a fault.
func (p *place) do(what, may, content string, want Code) Answer {
	p.t.Helper()
	a, err := run(p.t.Context(), p.through, Target{Name: "home:" + p.home, CodexHome: p.home},
		order{what, "a", may, []byte(content)}, func() time.Time { return time.Now() })
	var fault *Fault
	switch {
	case errors.As(err, &fault):
		if fault.Code != want {
			p.t.Errorf("%s %s: %v, want %s\n%s", what, may, fault, want, p.stderr)
		}
	case err != nil:
		p.t.Fatal(err)
	case a.Result != want:
		p.t.Errorf("%s %s: %s, want %s", what, may, a.Result, want)
	}
	return a
}

func (p *place) tmp() string { return filepath.Join(filepath.Dir(p.bin), "tmp") }

func (p *place) auth() string { return filepath.Join(p.home, "auth.json") }

func (p *place) write(content string) {
	p.t.Helper()
	if err := os.WriteFile(p.auth(), []byte(content), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// holds wants the file to have exactly this content, and nothing beside it but
// Codex's locks.
func (p *place) holds(want string) {
	p.t.Helper()
	got, err := os.ReadFile(p.auth())
	if want == "" {
		if !errors.Is(err, os.ErrNotExist) {
			p.t.Errorf("there is still %q, %v", got, err)
		}
	} else if err != nil || string(got) != want {
		p.t.Errorf("holds %q, %v; want %q", got, err, want)
	}
	if info, err := os.Stat(p.auth()); err == nil && info.Mode().Perm() != 0o600 {
		p.t.Errorf("mode %v", info.Mode())
	}
	if left, _ := os.ReadDir(p.tmp()); len(left) > 0 {
		p.t.Errorf("left in the folder for temporary files: %v", left)
	}
	entries, _ := os.ReadDir(p.home)
	for _, e := range entries {
		switch e.Name() {
		case "auth.json", "auth.lock", "auth.json.lock", "config.toml":
		default:
			p.t.Errorf("%s was left behind", e.Name())
		}
	}
}

// The credentials that a borrower may have of its own, and what they are called.
var owned = map[string]struct {
	content string
	code    Code
}{
	"a sign-in":        {`{"OPENAI_API_KEY":null,"tokens":{"id_token":"i","access_token":"x","refresh_token":"r"}}`, OwnSignIn},
	"a pretty sign-in": {"{\n  \"tokens\": {\n    \"access_token\" : \"x\",\n    \"refresh_token\" : \"r\"\n  }\n}", OwnSignIn},
	"a personal token": {`{"personal_access_token": "at-1"}`, OwnSignIn},
	"an API key":       {`{"OPENAI_API_KEY":"sk-1"}`, OwnAPIKey},
	"something":        {`hello`, OtherFile},
	"another loan":     {`{"tokens":{"access_token":"x","refresh_token":"rekey-loan:v1:b"}}`, OtherLoan},
}

func TestScript(t *testing.T) {
	t.Parallel()
	newer := strings.Replace(loan, "access-canary", "access-canary-two", 1)
	for name, shell := range shells(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Run("a loan's life", func(t *testing.T) {
				t.Parallel()
				p := newPlace(t, shell)
				p.do("look", "new", "", resultGone)
				p.do("stop", "known", "", resultGone)
				if a := p.do("push", "new", loan, resultOK); !a.Locked || a.InPlace || a.Was != "none" {
					t.Errorf("the first push: %+v", a)
				}
				p.holds(loan)
				if info, err := os.Stat(p.home); err != nil || info.Mode().Perm() != 0o700 {
					t.Errorf("the home: %v, %v", info.Mode(), err)
				}
				if a := p.do("push", "known", newer, resultOK); a.Was != "loan" || a.Issued != "2026-11-28T10:00:00Z" {
					t.Errorf("the second push: %+v", a)
				}
				p.holds(newer)
				p.do("stop", "known", "", resultOK)
				p.holds("")
				p.do("stop", "known", "", resultGone)
				p.do("push", "known", loan, SignedOut)
				p.holds("")
				if err := os.RemoveAll(p.home); err != nil {
					t.Fatal(err)
				}
				p.do("push", "known", loan, resultOK) // a container that was made anew
				p.holds(loan)
			})
			for what, own := range owned {
				t.Run(what, func(t *testing.T) {
					t.Parallel()
					p := newPlace(t, shell)
					p.do("push", "new", loan, resultOK)
					p.write(own.content)
					for _, may := range []string{"new", "known"} {
						p.do("push", may, newer, own.code)
						p.holds(own.content)
					}
					p.do("stop", "known", "", own.code)
					p.holds(own.content)
					p.do("push", "replace", newer, resultOK)
					p.holds(newer)
				})
			}
			t.Run("odd places", func(t *testing.T) {
				t.Parallel()
				p := newPlace(t, shell)
				p.home = filepath.Join(p.home, `it's "odd" $HOME`, "ünder")
				p.do("push", "new", loan, resultOK)
				p.holds(loan)
			})
			t.Run("a link", func(t *testing.T) {
				t.Parallel()
				p := newPlace(t, shell)
				elsewhere := filepath.Join(filepath.Dir(p.home), "elsewhere", "real.json")
				if err := os.Mkdir(p.home, 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.Symlink("../elsewhere/real.json", p.auth()); err != nil {
					t.Fatal(err)
				}
				for range 2 {
					p.do("push", "new", loan, resultOK)
					p.holds(loan)
				}
				if to, err := os.Readlink(p.auth()); err != nil || to != "../elsewhere/real.json" {
					t.Errorf("the link leads to %q, %v", to, err)
				}
				if info, err := os.Lstat(elsewhere); err != nil || !info.Mode().IsRegular() {
					t.Errorf("its end: %v, %v", info, err)
				}
				_ = os.Remove(p.auth())
				if err := os.Symlink("auth.json", p.auth()); err != nil {
					t.Fatal(err)
				}
				p.do("push", "new", loan, Failed)
			})
			t.Run("a file that is read-only", func(t *testing.T) {
				t.Parallel()
				p := newPlace(t, shell)
				p.do("push", "new", loan, resultOK)
				if err := os.Chmod(p.auth(), 0o400); err != nil {
					t.Fatal(err)
				}
				p.do("push", "known", newer, Denied)
				if got, _ := os.ReadFile(p.auth()); string(got) != loan {
					t.Errorf("holds %q", got)
				}
			})
			t.Run("half a connection", func(t *testing.T) {
				t.Parallel()
				p := newPlace(t, shell)
				p.do("push", "new", loan, resultOK)
				whole := p.through
				for _, cut := range []int{1, len(newer) / 2, len(newer), len(newer) + 3, len(newer) + 20} {
					p.through = func(ctx context.Context, argv []string, stdin []byte) (string, string, error) {
						return whole(ctx, argv, stdin[:len(stdin)-cut])
					}
					p.do("push", "known", newer, CutOff)
					p.holds(loan)
				}
			})
			t.Run("Codex holds its lock", func(t *testing.T) {
				t.Parallel()
				for _, name := range []string{"auth.lock", "auth.json.lock"} {
					p := newPlace(t, shell)
					p.do("push", "new", loan, resultOK)
					f, err := os.Open(filepath.Join(p.home, name))
					if err != nil {
						t.Fatal(err)
					}
					defer f.Close()
					if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
						t.Fatal(err)
					}
					p.do("push", "known", newer, Busy)
					p.holds(loan)
				}
			})
			t.Run("what is compared last counts", func(t *testing.T) {
				t.Parallel()
				p := newPlace(t, shell)
				p.do("push", "new", loan, resultOK)
				f, err := os.Open(filepath.Join(p.home, "auth.lock"))
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
					t.Fatal(err)
				}
				own := owned["a sign-in"].content
				done := make(chan struct{})
				go func() { // once the script waits for the lock
					defer close(done)
					kit.Eventually(t, "the file beside the target", func() bool {
						found, _ := filepath.Glob(filepath.Join(p.home, ".rekey-loan-a.*"))
						return len(found) > 0
					})
					p.write(own)
					_ = f.Close()
				}()
				p.do("push", "known", newer, OwnSignIn)
				<-done
				p.holds(own)
			})
			t.Run("the keyring", func(t *testing.T) {
				t.Parallel()
				p := newPlace(t, shell)
				if err := os.MkdirAll(p.home, 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(p.home, "config.toml"), []byte("cli_auth_credentials_store = \"keyring\"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				p.do("push", "new", loan, Keyring)
				p.holds("")
			})
			t.Run("no flock", func(t *testing.T) {
				t.Parallel()
				p := newPlace(t, shell)
				if err := os.Remove(filepath.Join(p.bin, "flock")); err != nil {
					t.Fatal(err)
				}
				if a := p.do("push", "new", loan, resultOK); a.Locked {
					t.Error("locked without flock")
				}
				p.holds(loan)
				p.link("flock", "/nowhere")
				p.do("push", "known", newer, resultOK)
				p.holds(newer)
			})
			// P7: whoever traces the shell there reads no token, neither what came
			// nor what was there.
			t.Run("a trace", func(t *testing.T) {
				t.Parallel()
				p := newPlace(t, shell)
				p.trace = true
				p.do("push", "new", loan, resultOK)
				traced := p.stderr
				p.do("push", "known", newer, resultOK)
				traced += p.stderr
				p.write(`{"tokens":{"access_token":"own-canary","refresh_token":"own-canary"},"OPENAI_API_KEY":"sk-canary"}`)
				for _, may := range []string{"known", "replace"} {
					p.do("push", may, loan, map[string]Code{"known": OwnSignIn, "replace": resultOK}[may])
					traced += p.stderr
				}
				p.do("stop", "known", "", resultOK)
				traced += p.stderr
				if !strings.Contains(traced, "+ ") {
					t.Fatal("nothing was traced")
				}
				if strings.Contains(traced, "canary") {
					t.Errorf("a token is in the trace:\n%s", traced)
				}
			})
		})
	}
}

// TestScriptIsClean asks the checker of shell scripts.
func TestScriptIsClean(t *testing.T) {
	t.Parallel()
	checker, err := exec.LookPath("shellcheck")
	if err != nil {
		kit.Missing(t, "shellcheck")
	}
	if out, err := exec.Command(checker, "-s", "sh", "-S", "style", "borrow.sh").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if strings.Contains(shellLine(), "'") || !strings.HasSuffix(script, "\n") {
		t.Error("the shell line cannot be quoted")
	}
}

// A file that is mounted alone cannot be replaced: it is written over, and stays
// whole for whoever reads meanwhile.
func TestBindMountedFile(t *testing.T) {
	t.Parallel()
	short := strings.Replace(loan, "access-canary", "a", 1)
	for name, shell := range shells(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, shell)
			p.do("push", "new", loan, resultOK)
			p.mounted()
			before, err := os.Stat(p.auth())
			if err != nil {
				t.Fatal(err)
			}
			for _, content := range []string{short, loan, short} {
				if a := p.do("push", "known", content, resultOK); !a.InPlace {
					t.Error("it was replaced")
				}
				p.holds(content)
			}
			if after, err := os.Stat(p.auth()); err != nil || !os.SameFile(before, after) {
				t.Errorf("it is another file: %v", err)
			}
			p.do("stop", "known", "", resultOK)
			if got, _ := os.ReadFile(p.auth()); string(got) != "{}" {
				t.Errorf("taken back, it holds %q", got)
			}
		})
	}
}
