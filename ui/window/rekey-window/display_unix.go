//go:build linux || freebsd || openbsd || netbsd

package main

import (
	"net"
	"os"
	"time"

	"rekey/ui/window/display"
)

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
