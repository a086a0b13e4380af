package program_test

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/internal/box"
	"rekey/test/kit/must"
	"rekey/test/kit/sandbox"
	"rekey/test/kit/wine"
)

// wineLimit bounds everything that is done with Wine together.
const wineLimit = 5 * time.Minute

// windows is Rekey in a sandbox, in a Windows of its own.
type windows struct {
	*sandbox.Sandbox
	*wine.Windows
	t     *testing.T
	rekey string            // the program
	tests map[string]string // the program with a package's tests
}

// windowsTests maps packages to what they test on Windows alone.
func windowsTests() map[string]string {
	return map[string]string{
		"auth/agent":         "TestPipe",
		"auth/store":         "TestCodexItemInTheCredentialManager",
		"internal/autostart": "TestRegistry",
		"internal/safefile":  "TestFileIsReplacedWhileItIsRead",
		"ui/tray/item":       "TestTooltipFits",
	}
}

// The console commands on Windows, for which Wine stands. Slow things, among
// them the Windows that is made for it, are done once.
func TestWindowsConsole(t *testing.T) {
	t.Parallel()
	begun := time.Now()
	s, err := sandbox.New(time.Hour)
	must.Do(t, err)
	t.Cleanup(s.Close)
	ctx, cancel := context.WithTimeout(t.Context(), wineLimit)
	t.Cleanup(cancel)
	w := &windows{Sandbox: s, Windows: wine.New(ctx, t, s.Environ), t: t, tests: map[string]string{}}
	s.Setenv("CODEX_HOME", w.Path(s.Home.Dir()))
	w.rekey, err = w.Build("rekey.exe", "build", ".")
	w.must(err)
	for pkg := range windowsTests() {
		w.tests[pkg], err = w.Build(filepath.Base(pkg)+".test.exe", "test", "-c", "./"+pkg)
		w.must(err)
	}
	ready := time.Since(begun)
	w.testStatus()
	w.testRefresh()
	w.testToken()
	w.testDoctor()
	w.testWatch()
	w.testEncrypted()
	w.testPackages()
	t.Logf("Windows was there after %v, the commands took %v", ready, time.Since(begun)-ready)
}

// run runs Rekey to its end.
func (w *windows) run(args ...string) wine.Result {
	w.t.Helper()
	return w.Run(w.t, w.rekey, args...)
}

// want runs Rekey and wants an exit code and words on standard output, or on
// standard error if they begin with "rekey: ".
func (w *windows) want(code int, words string, args ...string) wine.Result {
	w.t.Helper()
	r := w.run(args...)
	text := r.Out
	if strings.HasPrefix(words, "rekey: ") {
		text = r.Err
	}
	if r.Code != code || !strings.Contains(text, words) {
		w.t.Errorf("rekey %s ends with %d, want %d and %q\n%s%s", strings.Join(args, " "), r.Code, code, words, r.Out, r.Err)
	}
	return r
}

func (w *windows) testStatus() {
	t := w.t
	w.want(0, "rekey ", "--version")
	w.want(0, "Examples:", "--help")
	w.want(2, "rekey: ", "no-such-command")
	w.want(3, "Not signed in", "status")
	w.must(w.Home.Write([]byte("{broken}")))
	w.want(6, "it is not valid JSON", "status")
	w.must(w.SignIn(time.Hour))
	w.want(0, "ada@example.com", "status")
	var report struct {
		Home  string
		State auth.State
	}
	if err := json.Unmarshal([]byte(w.want(0, "{", "status", "--json").Out), &report); err != nil {
		t.Error(err)
	}
	if want := w.Path(w.Home.AuthPath()); report.State.Status != auth.StatusHealthy || report.State.Store != want {
		t.Errorf("status --json tells %+v, want a healthy sign-in in %s", report, want)
	}
}

// A refresh takes Rekey's locks and Codex's, keeps the answer in the escrow and
// renames over a file that is there.
func (w *windows) testRefresh() {
	t := w.t
	before, err := w.Home.Read()
	w.must(err)
	w.want(0, "", "refresh")
	after, err := w.Home.Read()
	w.must(err)
	if string(after) == string(before) || w.Server.Refreshes() != 1 {
		t.Errorf("after %d requests the sign-in is new: %v", w.Server.Refreshes(), string(after) != string(before))
	}
	if _, err := auth.ParseSnapshot(after); err != nil {
		t.Error(err)
	}
	entries, err := os.ReadDir(w.Home.Dir())
	w.must(err)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			t.Errorf("left over: %s", e.Name())
		}
	}
	w.must(w.SignIn(time.Hour)) // or the tokens of a moment ago would stand
	w.Server.RevokeAll()
	for range 2 {
		w.want(7, "", "refresh") // the access token still works
	}
	w.want(7, "ada@example.com", "status")
	if n := w.Server.Refreshes(); n != 2 {
		t.Errorf("%d requests, want one more for the refused sign-in", n)
	}
}

func (w *windows) testToken() {
	w.must(w.SignIn(time.Hour))
	content, err := w.Home.Read()
	w.must(err)
	s, err := auth.ParseSnapshot(content)
	w.must(err)
	w.want(0, s.AccessToken().Reveal(), "token")
	w.must(w.Home.Replace(box.AuthJSON(box.WithAPIKey("not-a-real-key"))))
	if r := w.run("token"); r.Code == 0 || r.Out != "" {
		w.t.Errorf("a token of an API key: %+v", r)
	}
}

func (w *windows) testDoctor() {
	if r := w.run("doctor"); r.Code > 1 || !strings.Contains(r.Out, "windows/amd64") {
		w.t.Errorf("rekey doctor: %+v", r)
	}
	var report struct{ Facts []struct{ Code string } }
	if r := w.run("doctor", "--json"); json.Unmarshal([]byte(r.Out), &report) != nil || len(report.Facts) == 0 {
		w.t.Errorf("rekey doctor --json: %+v", r)
	}
	before := w.want(0, "", "autostart", "status")
	w.want(0, "", "autostart", "on")
	if on := w.want(0, "", "autostart", "status"); on == before {
		w.t.Errorf("started at login or not: %+v", on)
	}
	w.want(0, "", "autostart", "off")
	if off := w.want(0, "", "autostart", "status"); off != before {
		w.t.Errorf("not started at login any more: %+v, before %+v", off, before)
	}
}

// The agent notices what others write.
func (w *windows) testWatch() {
	w.must(w.SignIn(time.Hour))
	cmd := w.Program(w.rekey, "watch", "--format", "json")
	out, err := cmd.StdoutPipe()
	w.must(err)
	w.must(cmd.Start())
	defer func() { _ = cmd.Wait() }()
	defer func() { _ = cmd.Process.Kill() }()
	lines := bufio.NewReader(out)
	until := func(status auth.Status) {
		w.t.Helper()
		for {
			line, err := lines.ReadBytes('\n')
			w.must(err) // the command ends with the test's time
			var report struct{ State auth.State }
			w.must(json.Unmarshal(line, &report))
			if report.State.Status == status {
				return
			}
		}
	}
	until(auth.StatusHealthy)
	w.must(w.Home.Replace(box.AuthJSON(box.WithAPIKey("not-a-real-key"))))
	until(auth.StatusAPIKey)
	w.must(w.Home.Delete())
	until(auth.StatusSignedOut)
}

// Codex's store on Windows: an encrypted file, whose key is in the Credential
// Manager, as Wine has it.
func (w *windows) testEncrypted() {
	w.must(w.Home.WriteConfig("cli_auth_credentials_store = \"keyring\"\n"))
	w.want(3, "Not signed in", "status")
	if r := w.Feed(w.t, "not-a-real-key", w.rekey, "login", "--api-key-stdin"); r.Code != 0 {
		w.t.Errorf("rekey login: %+v", r)
	}
	if _, err := os.Stat(codex.EncryptedPath(w.Home.Dir())); err != nil {
		w.t.Error(err)
	}
	w.want(0, "API key", "status")
	w.want(0, "", "logout")
	w.want(3, "Not signed in", "status")
}

// testPackages runs the tests that are for Windows alone: the agent's socket is
// a named pipe there, and files cannot be replaced while they are read.
func (w *windows) testPackages() {
	for pkg, test := range windowsTests() {
		r := w.Run(w.t, w.tests[pkg], "-test.run=^"+test+"$", "-test.v", "-test.timeout=1m")
		if r.Code != 0 || !strings.Contains(r.Out, "--- PASS: "+test) {
			w.t.Errorf("the test of %s: %+v", pkg, r)
		}
	}
}

func (w *windows) must(err error) {
	w.t.Helper()
	must.Do(w.t, err)
}
