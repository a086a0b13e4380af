//go:build linux || freebsd || openbsd || netbsd

package notify_test

import (
	"testing"

	"rekey/test/kit"
	"rekey/ui/notify"
)

// TestDaemon: who shows notifications is named, and nobody is an error.
func TestDaemon(t *testing.T) {
	address := kit.Bus(t)
	if name, err := notify.Daemon(t.Context(), address); err == nil || err.Error() != "no notification service is running" {
		t.Errorf("without a service it is called %q, %v", name, err)
	}
	newServer(t, address)
	if name, err := notify.Daemon(t.Context(), address); err != nil || name != "test-daemon 4.2" {
		t.Errorf("it is called %q, %v", name, err)
	}
	if _, err := notify.Daemon(t.Context(), "unix:path=/nowhere/bus"); err == nil {
		t.Error("there is a service on no bus")
	}
}
