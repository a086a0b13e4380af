//go:build !(linux || freebsd || openbsd || netbsd)

package main

// checkDisplay: on this system there always is a display.
func checkDisplay() error { return nil }

// noBusOfItsOwn: on this system there is no bus to start.
func noBusOfItsOwn() {}
