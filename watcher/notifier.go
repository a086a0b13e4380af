package watcher

import "github.com/fsnotify/fsnotify"

// notifier is the system's notifications. One goroutine calls its methods.
type notifier interface {
	// watchDir reports changes of the names in a directory, and of itself. A
	// directory that is already watched stays watched.
	watchDir(dir string) error
	// watchFile reports writes to a file, if watching its directory does not.
	watchFile(path string) error
	// remove ends the watch of a name. It is fine if the watch is already gone.
	remove(path string)
	// events returns the channel of events. It is closed when the system stops
	// sending them.
	events() <-chan fsnotify.Event
	// close ends all watches and waits for the notifier's goroutines.
	close()
}
