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
	"sync"
	"testing"
	"time"

	"rekey/test/kit"
	"rekey/test/kit/must"
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
	bin     string     // all that is on PATH
	trace   bool       // every shell is run with -x
	inside  []string   // the command that every program is run with, nil for none
	mu      sync.Mutex // guards stderr
	stderr  string     // of the last errand
	through Transport
}

// newPlace makes a borrower whose sh is the given one.
func newPlace(t *testing.T, shell string) *place {
	t.Helper()
	dir := t.TempDir()
	p := &place{t: t, home: filepath.Join(dir, "codex"), bin: filepath.Join(dir, "bin")}
	must.Do(t, os.Mkdir(p.bin, 0o755))
	p.link("sh", shell)
	if filepath.Base(shell) == "busybox" {
		p.links(tools, func(string) string { return shell })
		p.links("flock", systems(t)) // which is no part of Debian's busybox
	} else {
		p.links(tools+" flock", systems(t))
	}
	must.Do(t, os.Mkdir(p.tmp(), 0o700))
	p.through = func(ctx context.Context, argv []string, stdin []byte) (string, string, error) {
		cmd := p.command(ctx, argv, stdin)
		var out, errs strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &errs
		err := cmd.Run()
		p.mu.Lock()
		defer p.mu.Unlock()
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
		return must.Get(exec.LookPath(tool))(t)
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
	must.Do(p.t, os.Symlink(to, filepath.Join(p.bin, name)))
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
	must.Do(p.t, os.WriteFile(p.auth(), []byte(content), 0o600))
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
