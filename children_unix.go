//go:build unix

package main

import "syscall"

// apart starts a child in a process group of its own: Ctrl-C in our terminal is
// not for the browser.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
