//go:build !linux

package sandbox

import "syscall"

// mortal asks for nothing: only Linux ends a process with the one that started it.
func mortal() *syscall.SysProcAttr { return nil }
