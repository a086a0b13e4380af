package store

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// realCodex is the real Codex command line in one home. It is found through
// REKEY_CODEX, else in the project's cache, and kept off every network: its
// requests go to a closed port of this machine.
type realCodex struct {
	t    *testing.T
	path string
	home string
	env  []string
}

func newCodex(t *testing.T, home string, env ...string) *realCodex {
	t.Helper()
	_, path := kit.Codex(t) // not npm's script, which does not take its child with it
	const closed = "http://127.0.0.1:1"
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		env = append(env, name+"="+closed)
	}
	env = append(env, "NO_PROXY=", "no_proxy=", "CODEX_REFRESH_TOKEN_URL_OVERRIDE="+closed+"/oauth/token",
		"CODEX_REVOKE_TOKEN_URL_OVERRIDE="+closed+"/oauth/revoke")
	return &realCodex{t: t, path: path, home: home, env: append(os.Environ(), env...)}
}

// configure writes config.toml.
func (c *realCodex) configure(toml string) {
	c.t.Helper()
	files.Write(c.t, filepath.Join(c.home, "config.toml"), []byte("chatgpt_base_url = \"http://127.0.0.1:1/backend-api\"\n"+toml))
}

func (c *realCodex) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(kit.Context(c.t), c.path, args...)
	cmd.Env = append(c.env, "CODEX_HOME="+c.home)
	cmd.Dir = c.home
	return cmd
}

// run returns what Codex says, without its warnings, and its exit code.
func (c *realCodex) run(stdin string, args ...string) (text string, code int) {
	c.t.Helper()
	cmd := c.command(args...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if _, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		c.t.Fatalf("codex %v: %v", args, err)
	}
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "WARNING") {
			text += line
		}
	}
	return strings.TrimSpace(text), cmd.ProcessState.ExitCode()
}

// signIn signs in with an API key.
func (c *realCodex) signIn(key string) {
	c.t.Helper()
	if text, code := c.run(key, "login", "--with-api-key"); code != 0 {
		c.t.Fatalf("codex login: exit %d: %s", code, text)
	}
}

// wantStatus compares the first line of "codex login status".
func (c *realCodex) wantStatus(want string) {
	c.t.Helper()
	text, _ := c.run("", "login", "status")
	if got, _, _ := strings.Cut(text, "\n"); got != want {
		c.t.Errorf("Codex says %q, want %q", got, want)
	}
}

// token is what getAuthStatus of the app-server answers.
func (c *realCodex) token() (method, token string) {
	c.t.Helper()
	cmd := c.command("app-server")
	in := must.Get(cmd.StdinPipe())(c.t)
	out := must.Get(cmd.StdoutPipe())(c.t)
	must.Do(c.t, cmd.Start())
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	requests := `{"id":1,"method":"initialize","params":{"clientInfo":{"name":"rekey-test","version":"0"}}}` + "\n" +
		`{"method":"initialized"}` + "\n" +
		`{"id":2,"method":"getAuthStatus","params":{"includeToken":true}}` + "\n"
	must.Get(in.Write([]byte(requests)))(c.t)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var answer struct {
			ID     int
			Result struct{ AuthMethod, AuthToken string }
		}
		if json.Unmarshal(lines.Bytes(), &answer) == nil && answer.ID == 2 {
			return answer.Result.AuthMethod, answer.Result.AuthToken
		}
	}
	c.t.Fatal("codex app-server did not answer")
	return "", ""
}

const fakeKey = "sk-fake-0123456789ABCDE"

func TestCodexAndRekeyShareTheFile(t *testing.T) {
	t.Parallel()
	home := files.TempDir(t)
	c := newCodex(t, home)
	c.configure("")
	c.signIn(fakeKey)
	written := files.Read(t, filepath.Join(home, codex.AuthFile))

	s := open(t, home)
	got, err := s.Load(kit.Context(t))
	if err != nil || got.Kind() != auth.KindAPIKey || got.APIKey().Reveal() != fakeKey {
		t.Fatalf("Rekey does not read what Codex wrote: %v", err)
	}
	must.Get(s.Delete(kit.Context(t)))(t)
	c.wantStatus("Not logged in")
	must.Do(t, s.Update(kit.Context(t), put(auth.NewAPIKey(auth.NewSecret(fakeKey)))))
	if ours := files.Read(t, filepath.Join(home, codex.AuthFile)); string(ours) != string(written) {
		t.Errorf("Rekey wrote %q, Codex %q", ours, written)
	}
	c.wantStatus("API key configured - sk-fake-***ABCDE")
	if method, token := c.token(); method != "apikey" || token != fakeKey {
		t.Errorf("getAuthStatus: %q, %q", method, token)
	}
}

func TestCodexReadsAChatGPTSignInOfRekey(t *testing.T) {
	t.Parallel()
	home := files.TempDir(t)
	c := newCodex(t, home)
	c.configure("")
	want := kit.Parsed(t, box.AuthJSON())
	must.Do(t, open(t, home).Update(kit.Context(t), put(want)))
	c.wantStatus("Logged in using ChatGPT")
	if method, token := c.token(); method != "chatgpt" || token != want.AccessToken().Reveal() {
		t.Errorf("getAuthStatus: %q and another token", method)
	}
}

func TestCodexResolvesTheSameHomeAndConfig(t *testing.T) {
	t.Parallel()
	dir := files.TempDir(t)
	real, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	files.Mkdir(t, real)
	files.Symlink(t, "real", link)
	c := newCodex(t, link)
	c.configure("")
	c.signIn(fakeKey)
	home, err := codex.ResolveHome(func(string) string { return link }, os.UserHomeDir)
	if err != nil || home != real {
		t.Fatalf("got %q, %v", home, err)
	}
	must.Get(open(t, home).Load(kit.Context(t)))(t)
	missingHome := newCodex(t, filepath.Join(dir, "missing"))
	cmd := missingHome.command("login", "status")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "does not exist") {
		t.Errorf("Codex in a missing home: %v: %s", err, out)
	}
}

// The refusals of ReadConfig are Codex's.
func TestCodexRefusesTheSameConfigs(t *testing.T) {
	t.Parallel()
	for _, toml := range []string{
		"cli_auth_credentials_store = \"File\"\n",
		"forced_login_method = \"apikey\"\n",
		"forced_chatgpt_workspace_id = \"a,b\"\n",
		"model_provider = \"nosuch\"\n",
		"[model_providers.openai]\nname = \"x\"\n",
		"[features]\nsecret_auth_storage = \"x\"\n",
		"bad = \n",
	} {
		t.Run(strings.TrimSpace(toml), func(t *testing.T) {
			t.Parallel()
			home := files.TempDir(t)
			c := newCodex(t, home)
			c.configure(toml)
			if text, code := c.run("", "login", "status"); code == 0 || !strings.Contains(text, "Error loading configuration") {
				t.Errorf("Codex: exit %d: %s", code, text)
			}
			if _, err := codex.ReadConfig(home); err == nil {
				t.Error("ReadConfig: no error")
			}
		})
	}
}
