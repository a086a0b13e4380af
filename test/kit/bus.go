package kit

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"

	"rekey/test/kit/must"
)

// busConfig is a session bus that starts no services but those described in the
// folder @SERVICES@: what a test does not put on it is not there. @SOCKET@ is its
// path. The test may run for another user than the bus.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=@SOCKET@</listen>
  <auth>EXTERNAL</auth>
  <servicedir>@SERVICES@</servicedir>
  <policy context="default">
    <allow user="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

// BusConfig is the configuration of a session bus with this socket, which starts
// the services that are described in a folder and no other.
func BusConfig(socket, services string) string {
	return strings.NewReplacer("@SOCKET@", socket, "@SERVICES@", services).Replace(busConfig)
}

// Bus starts a D-Bus session bus of the test's own and returns its address.
// The bus ends with the test. Without a dbus-daemon the test is skipped by
// name, or fails where everything has to be there.
func Bus(t testing.TB) string {
	t.Helper()
	address, _ := MortalBus(t)
	return address
}

// MortalBus is Bus with a way to end the bus before the test does.
func MortalBus(t testing.TB) (address string, kill func()) {
	t.Helper()
	program, err := exec.LookPath("dbus-daemon")
	if err != nil {
		Missing(t, "dbus-daemon")
	}
	dir := ShortDir(t, "bus")
	config := filepath.Join(dir, "bus.conf")
	text := BusConfig(filepath.Join(dir, "s"), filepath.Join(dir, "none"))
	must.Do(t, os.WriteFile(config, []byte(text), 0o600))
	daemon := exec.Command(program, "--config-file="+config, "--nofork", "--print-address")
	out, err := daemon.StdoutPipe()
	must.Do(t, err)
	must.Do(t, daemon.Start())
	kill = sync.OnceFunc(func() {
		_ = daemon.Process.Kill()
		_ = daemon.Wait()
	})
	t.Cleanup(kill)
	address, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("dbus-daemon printed no address: %v", err)
	}
	return strings.TrimSpace(address), kill
}

// Connect opens a connection to the bus at address that is closed with the test.
func Connect(t testing.TB, address string) *dbus.Conn {
	t.Helper()
	conn := must.Get(dbus.Connect(address))(t)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// Own takes name on conn's bus.
func Own(t testing.TB, conn *dbus.Conn, name string) {
	t.Helper()
	reply, err := conn.RequestName(name, dbus.NameFlagDoNotQueue)
	if err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("cannot own %s: %v (%v)", name, reply, err)
	}
}

// Missing ends a test that lacks a real part of the system: it names the part
// and skips, or fails under REKEY_CI=1 or CI=true, where none may be missing.
func Missing(t testing.TB, part string) {
	t.Helper()
	if os.Getenv("REKEY_CI") == "1" || os.Getenv("CI") == "true" {
		t.Fatalf("missing: %s", part)
	}
	t.Skipf("missing: %s", part)
}

// Alone runs the rest of the calling test in a process of its own and reports
// whether this is that process: a test that needs one begins with
//
//	if !kit.Alone(t) {
//		return
//	}
//
// It is started by what is in wrap, a program and its arguments, if anything is.
func Alone(t *testing.T, wrap ...string) bool {
	t.Helper()
	const marker = "REKEY_TEST_ALONE"
	if os.Getenv(marker) == t.Name() {
		return true
	}
	program := must.Get(os.Executable())(t)
	command := append(wrap[:len(wrap):len(wrap)], program, "-test.run=^"+t.Name()+"$", "-test.v")
	child := exec.CommandContext(t.Context(), command[0], command[1:]...)
	child.Env = append(os.Environ(), marker+"="+t.Name())
	out, err := child.CombinedOutput()
	switch {
	case err != nil:
		t.Errorf("in a process of its own: %v\n%s", err, out)
	case strings.Contains(string(out), "--- SKIP"):
		t.Skipf("in a process of its own:\n%s", out)
	default:
		t.Logf("in a process of its own:\n%s", out)
	}
	return false
}
