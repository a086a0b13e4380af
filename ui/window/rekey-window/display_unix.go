//go:build linux || freebsd || openbsd || netbsd

package main

import (
	"net"
	"os"
	"path/filepath"
	"time"

	"rekey/ui/window/display"
)

// noBusOfItsOwn has Fyne do without a session bus where there is none: godbus, which
// it asks for the desktop's colours, would start one with dbus-launch, and nobody
// would end it. See https://github.com/godbus/dbus/blob/v5.2.4/conn_other.go.
func noBusOfItsOwn() {
	const address = "DBUS_SESSION_BUS_ADDRESS"
	runtime := os.Getenv("XDG_RUNTIME_DIR")
	if os.Getenv(address) != "" {
		return
	}
	if _, err := os.Stat(filepath.Join(runtime, "bus")); runtime != "" && err == nil {
		return
	}
	_ = os.Setenv(address, "disabled:") // as libdbus calls none
}

// checkDisplay tells why no window can be opened. Fyne would panic.
func checkDisplay() error {
	return display.Check(os.Getenv, func(s display.Socket) error {
		conn, err := net.DialTimeout(s.Network, s.Address, time.Second)
		if err != nil {
			return err
		}
		return conn.Close()
	})
}
