package watcher

import "github.com/fsnotify/fsnotify"

// Folders tells what happens in a few folders: names that come and go, and writes
// to the files in them. One goroutine calls its methods.
type Folders struct {
	system notifier
	lost   chan struct{}
}

// OpenFolders watches nothing yet. It fails where the system has no notifications
// left for this user.
func OpenFolders() (*Folders, error) {
	f := &Folders{lost: make(chan struct{}, 1)}
	var err error
	f.system, err = openNotifier(func() {
		select {
		case f.lost <- struct{}{}:
		default:
		}
	})
	return f, err
}

// Add watches a folder. One that is watched already stays watched, and a watch
// ends with its folder.
func (f *Folders) Add(dir string) error { return f.system.watchContent(dir) }

// Remove ends the watch of a folder, if there is one.
func (f *Folders) Remove(dir string) { f.system.remove(dir) }

// Events returns the channel of events. It is closed when the system stops sending
// them, after a message from Lost.
func (f *Folders) Events() <-chan fsnotify.Event { return f.system.events() }

// Lost has a message when events were lost.
func (f *Folders) Lost() <-chan struct{} { return f.lost }

// Close ends all watches.
func (f *Folders) Close() { f.system.close() }
