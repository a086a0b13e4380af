package sandbox

import "syscall"

// mortal makes a process end with the one that started it, however that ends.
func mortal() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
