//go:build linux

package browser

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/must"
)

// Browser is a running Chromium with one window. Its methods are called by the
// test's goroutine.
type Browser struct {
	session session
	home    string
}

// Require ends a test that needs Chromium where it is not installed: see
// kit.Missing.
func Require(t testing.TB) {
	t.Helper()
	for program, debian := range map[string]string{"chromium": "chromium", "chromedriver": "chromium-driver"} {
		if _, err := exec.LookPath(program); err != nil {
			kit.Missing(t, program+" (Debian package "+debian+")")
		}
	}
}

// Start starts a Chromium that knows nobody and ends it with the test.
func Start(t testing.TB) *Browser {
	t.Helper()
	Require(t)
	home := kit.ShortDir(t, "chromium")
	b := &Browser{home: home}
	driver := b.startDriver(t)
	var err error
	if b.session, err = newSession(driver, b.options()); err != nil {
		t.Fatalf("chromium does not start: %v", err)
	}
	t.Cleanup(func() { _ = b.session.call("DELETE", "", nil, nil) }) // the driver's end is its end too
	return b
}

// Session is the address under which the driver takes commands for the
// browser: see Open.
func (b *Browser) Session() string { return string(b.session) }

// options are what Chromium is started with.
func (b *Browser) options() map[string]any {
	path, err := exec.LookPath("chromium")
	if err != nil {
		path = "chromium"
	}
	args := []string{
		"--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--no-proxy-server",
		// What is not on this machine is not found.
		"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
		"--user-data-dir=" + filepath.Join(b.home, "profile"), "--window-size=1000,760", "--lang=en",
	}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox") // Chromium's sandbox is not for root
	}
	return map[string]any{"binary": path, "args": args}
}

// ready is what the driver says when it can be spoken to.
var ready = regexp.MustCompile(`started successfully on port (\d+)`)

// startDriver starts chromedriver on a free port and returns its address.
func (b *Browser) startDriver(t testing.TB) string {
	t.Helper()
	cmd := exec.Command("chromedriver", "--port=0")
	cmd.Env = []string{"HOME=" + b.home, "TMPDIR=" + b.home, "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8"}
	cmd.Dir = b.home
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	r, w, err := os.Pipe()
	must.Do(t, err)
	cmd.Stdout, cmd.Stderr = w, w
	err = cmd.Start()
	_ = w.Close() // the driver has its own
	must.Do(t, err)
	var said bytes.Buffer
	lines := bufio.NewScanner(io.TeeReader(r, &said))
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		_ = r.Close()
	})
	for lines.Scan() {
		if port := ready.FindSubmatch(lines.Bytes()); port != nil {
			go func() { _, _ = io.Copy(io.Discard, r) }() // until the driver ends
			return fmt.Sprintf("http://127.0.0.1:%s", port[1])
		}
	}
	t.Fatalf("chromedriver does not start: %s", &said)
	return ""
}
