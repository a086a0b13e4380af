//go:build unix

package lend

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

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
				must.Do(t, os.RemoveAll(p.home))
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
				must.Do(t, os.Mkdir(p.home, 0o700))
				must.Do(t, os.Symlink("../elsewhere/real.json", p.auth()))
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
				must.Do(t, os.Symlink("auth.json", p.auth()))
				p.do("push", "new", loan, Failed)
			})
			t.Run("no regular file", func(t *testing.T) {
				t.Parallel()
				for what, create := range map[string]func(path string) error{
					"null":   func(path string) error { return syscall.Mkfifo(path, 0o600) }, // in the place of /dev/null
					"folder": func(path string) error { return os.Mkdir(path, 0o700) },
				} {
					p := newPlace(t, shell)
					dev := filepath.Join(filepath.Dir(p.home), "dev")
					files.Mkdir(t, p.home, dev)
					must.Do(t, create(filepath.Join(dev, what)))
					files.Symlink(t, filepath.Join(dev, what), p.auth())
					p.do("push", "new", loan, OtherFile)
					p.do("push", "replace", loan, Failed)
					p.do("stop", "known", "", OtherFile)
					there := must.Get(os.ReadDir(dev))(t)
					if len(there) != 1 || there[0].Type().IsRegular() {
						t.Errorf("the link's target is now %v", there)
					}
				}
			})
			t.Run("a file that is read-only", func(t *testing.T) {
				t.Parallel()
				p := newPlace(t, shell)
				p.do("push", "new", loan, resultOK)
				must.Do(t, os.Chmod(p.auth(), 0o400))
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
					f := must.Get(os.Open(filepath.Join(p.home, name)))(t)
					defer f.Close()
					must.Do(t, syscall.Flock(int(f.Fd()), syscall.LOCK_EX))
					p.do("push", "known", newer, Busy)
					p.holds(loan)
				}
			})
			t.Run("what is compared last counts", func(t *testing.T) {
				t.Parallel()
				p := newPlace(t, shell)
				p.do("push", "new", loan, resultOK)
				f := must.Get(os.Open(filepath.Join(p.home, "auth.lock")))(t)
				defer f.Close()
				must.Do(t, syscall.Flock(int(f.Fd()), syscall.LOCK_EX))
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
				must.Do(t, os.MkdirAll(p.home, 0o700))
				must.Do(t, os.WriteFile(filepath.Join(p.home, "config.toml"), []byte("cli_auth_credentials_store = \"keyring\"\n"), 0o600))
				p.do("push", "new", loan, Keyring)
				p.holds("")
			})
			t.Run("no flock", func(t *testing.T) {
				t.Parallel()
				p := newPlace(t, shell)
				must.Do(t, os.Remove(filepath.Join(p.bin, "flock")))
				if a := p.do("push", "new", loan, resultOK); a.Locked {
					t.Error("locked without flock")
				}
				p.holds(loan)
				p.link("flock", "/nowhere")
				p.do("push", "known", newer, resultOK)
				p.holds(newer)
			})
			// P7: a trace of the shell there shows no token, neither what came
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
