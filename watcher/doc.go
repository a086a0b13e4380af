// Package watcher reports when one of a few files may have changed: rewritten in place, replaced,
// deleted, reached through another symbolic link, or moved together with a directory above it.
// The files and their directories need not exist. Folders does less: it passes on what the system
// says of a few folders.
//
// It knows only file names. It opens none of the files and imports no other package of the
// program.
//
// # How it sees
//
// Watching only the file is of little use, because most programs replace files by renaming
// another over them. So the package follows the path of every file as the kernel does, watches
// each directory on the way, and listens for the names that matter in it. On Linux it watches
// directories only for names that come and go, and the file itself for writes, so that programs
// that write other files there do not wake this one. When a name on the way changes (a directory
// is created, a link is changed), it follows the path again. A directory is always watched before
// anything is looked up in it, so that no change in between is missed.
//
// # When it polls
//
// Some mounts send no events for changes by other machines: network file systems, FUSE, 9p.
// There, and where the system refuses a watch (limits are exhausted, or a directory may be
// entered but not listed), it checks the files every 30 seconds. Otherwise there is no timer.
//
// # What it cannot see
//
// Outside Linux, mounting or unmounting a file system on a directory sends no event, and neither
// does a write through another hard link of a file.
package watcher
