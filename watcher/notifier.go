package watcher

import "github.com/fsnotify/fsnotify"

// notifier is the system's notifications. One goroutine calls its methods.
type notifier interface {
	// watchDir reports changes of the names in a directory, and of itself. A
	// directory that is watched already stays so.
	watchDir(dir string) error
	// watchFile reports writes to a file, where watching its directory does not
	// do so.
	watchFile(path string) error
	// remove ends the watch of a name. One that is gone has ended already.
	remove(path string)
	// events is where events arrive. It is closed when the system has ended it.
	events() <-chan fsnotify.Event
	// close ends all watches, and returns when nothing of the notifier runs.
	close()
}
