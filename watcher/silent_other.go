//go:build !linux

package watcher

// sendsNoEvents reports whether the file system of dir is known to send no
// events for changes made elsewhere. That is only known on Linux.
func sendsNoEvents(string) bool { return false }
