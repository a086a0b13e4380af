package program_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
	"rekey/test/kit/sandbox"
)

// TestUnitUnderSystemd has a real systemd of its own run the user unit. Neither
// this machine's systemd nor its home takes part: all of it is in namespaces.
func TestUnitUnderSystemd(t *testing.T) {
	const systemd = "/lib/systemd/systemd"
	for _, part := range []string{systemd, "systemctl", "unshare"} {
		if _, err := exec.LookPath(part); err != nil {
			kit.Missing(t, part)
		}
	}
	if os.Getuid() != 0 {
		kit.Missing(t, "root, for a systemd of its own")
	}
	if !kit.Alone(t, "unshare", "--mount", "--cgroup", "--pid", "--fork", "--kill-child", "--mount-proc") {
		return
	}
	s := must.Get(sandbox.New(time.Hour))(t)
	t.Cleanup(s.Close)
	u := userUnit{s, t, kit.Rekey(t)}
	// systemd wants the signs that the system was booted with it.
	u.must(syscall.Mount("tmpfs", "/run", "tmpfs", 0, ""))
	u.must(os.MkdirAll("/run/systemd/system", 0o755))
	u.must(syscall.Mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, ""))
	text := strings.ReplaceAll(string(files.Read(t, "packaging/rekey.service")), "@BINDIR@/rekey", u.rekey)
	units := filepath.Join(filepath.Dir(s.Home.Dir()), ".config", "systemd", "user")
	u.must(os.MkdirAll(units, 0o755))
	u.must(os.WriteFile(filepath.Join(units, "rekey.service"), []byte(text), 0o644))
	u.must(s.SignIn(time.Hour))
	must.Get(s.Start(func([]byte) {}, systemd, "--user", "--log-target=console"))(t)
	kit.Eventually(t, "systemd", func() bool { return u.systemctl("is-system-running") == "running" })
	u.testKeeps()
	u.testAutostart()
	u.testStops()
}

// userUnit is rekey.service in a sandbox with a systemd.
type userUnit struct {
	*sandbox.Sandbox
	t     *testing.T
	rekey string
}

// testKeeps: within what the unit allows, it refreshes, and doctor knows it.
func (u userUnit) testKeeps() {
	t := u.t
	u.systemctl("enable", "--now", "rekey.service")
	u.wait("ActiveState", "active")
	u.must(u.SignIn(time.Minute))
	kit.Eventually(t, "a refresh by the unit", func() bool { return u.Server.Refreshes() == 1 })
	var report struct{ Facts []struct{ Code, Word string } }
	doctor, err := u.Command(kit.Context(t), u.rekey, "doctor", "--json").Output()
	if json.Unmarshal(doctor, &report) != nil || !strings.Contains(string(doctor), `"desktop.unit"`) {
		t.Errorf("doctor does not know of the unit: %v\n%s", err, doctor)
	}
	u.systemctl("kill", "--signal=KILL", "rekey.service")
	u.wait("SubState", "auto-restart")
	u.systemctl("restart", "rekey.service")
	u.wait("ActiveState", "active")
}

// testAutostart: where the desktop starts Rekey, the unit does not.
func (u userUnit) testAutostart() {
	autostart := func(to string) {
		if out, err := u.Command(kit.Context(u.t), u.rekey, "autostart", to).CombinedOutput(); err != nil {
			u.t.Errorf("rekey autostart %s: %v\n%s", to, err, out)
		}
	}
	autostart("on")
	u.systemctl("restart", "rekey.service")
	u.wait("ActiveState", "inactive")
	if u.show("ConditionResult") != "no" {
		u.t.Error("it is not the condition that kept the unit from starting")
	}
	autostart("off")
	u.systemctl("start", "rekey.service")
	u.wait("ActiveState", "active")
}

// testStops: it ends by itself when it is asked to.
func (u userUnit) testStops() {
	before := u.Server.Refreshes()
	u.must(u.SignIn(time.Minute))
	kit.Eventually(u.t, "a refresh: it is at work", func() bool { return u.Server.Refreshes() > before })
	u.systemctl("stop", "rekey.service")
	u.wait("ActiveState", "inactive")
	if result, code, status := u.show("Result"), u.show("ExecMainCode"), u.show("ExecMainStatus"); result != "success" || code != "1" || status != "0" {
		u.t.Errorf("it ended with %s, code %s, status %s", result, code, status)
	}
	if security := u.run("systemd-analyze", "security", "--user", "--no-pager", "rekey.service"); security != "" {
		u.t.Log(security[strings.LastIndex(security, "\n")+1:])
	}
}

// wait waits until a property of the unit has a value.
func (u userUnit) wait(property, value string) {
	u.t.Helper()
	kit.Eventually(u.t, property+"="+value, func() bool { return u.show(property) == value })
}

// show is a property of the unit.
func (u userUnit) show(property string) string {
	return u.systemctl("show", "--value", "--property="+property, "rekey.service")
}

// systemctl asks the user's systemd. Its exit code often is an answer, too.
func (u userUnit) systemctl(args ...string) string {
	return u.run("systemctl", append([]string{"--user"}, args...)...)
}

// run is what a command prints.
func (u userUnit) run(program string, args ...string) string {
	out, _ := u.Command(kit.Context(u.t), program, args...).Output()
	return strings.TrimSpace(string(out))
}

func (u userUnit) must(err error) {
	u.t.Helper()
	must.Do(u.t, err)
}

// TestUserUnit has systemd read the unit; this test stands in for the program.
func TestUserUnit(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		kit.Missing(t, "systemd-analyze")
	}
	program := must.Get(os.Executable())(t)
	unit := strings.ReplaceAll(string(files.Read(t, "packaging/rekey.service")), "@BINDIR@/rekey", program)
	dir := t.TempDir()
	file := filepath.Join(dir, "rekey.service")
	must.Do(t, os.WriteFile(file, []byte(unit), 0o644))
	cmd := exec.Command("systemd-analyze", "verify", "--user", "--man=no", file)
	cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+dir, "HOME="+dir)
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}
