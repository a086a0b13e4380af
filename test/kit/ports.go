package kit

import (
	"errors"
	"net"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// LoginPorts keeps the ports that sign-ins come back to (1455 and 1457, which
// the authorization server prescribes) for the calling test until it ends. It
// waits for other tests that have them, those of other processes and users too.
func LoginPorts(t testing.TB) {
	t.Helper()
	if runtime.GOOS != "linux" {
		return // abstract sockets, which leave nothing behind, are Linux's
	}
	for wait := time.NewTicker(20 * time.Millisecond); ; <-wait.C {
		held, err := net.Listen("unix", "@rekey-test-login-ports")
		if err == nil {
			wait.Stop()
			t.Cleanup(func() { _ = held.Close() })
			return
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			t.Fatal(err)
		}
	}
}
