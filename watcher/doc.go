// Package watcher tells when one of a few files may have changed, whatever
// happened to it: rewritten in place, replaced, deleted, reached through another
// symbolic link, or moved together with a directory above it. The files, and
// the directories they are in, need not exist.
//
// It knows file names and nothing else: not what is in the files, not what a
// sign-in is. It opens none of the files, and it imports no other package of
// the program.
//
// # How it sees
//
// Watching a file alone is of little use, because most programs replace files
// by renaming another over them. The package therefore follows the path of every
// file the way the kernel does, watches each directory on that way, and listens
// for the names that matter in it. On Linux it asks a directory only for names
// that come and go, and the file itself for writes, so that a program that
// writes other files there does not wake this one. When a name on the way changes (a directory is
// made, a link is pointed elsewhere), it follows the path again. A directory is
// always watched before anything is looked up in it, so that nothing can happen
// unseen in between.
//
// # When it polls
//
// Some mounts send no events for what other machines do: network file systems,
// FUSE, 9p. Only there, and where the system refuses a watch (its limits are
// used up, or a directory may be entered but not listed), the files are looked
// at every 30 seconds. Otherwise there is no timer at all.
//
// # What it cannot see
//
// Mounting a file system over a directory, or removing it from there, sends no
// event. Outside Linux, neither does a write through another hard link of a
// file.
package watcher
