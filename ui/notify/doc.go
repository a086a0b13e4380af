// Package notify tells the user, once and outside the program's own windows,
// that a sign-in is dead for good, and takes the message back when it is
// mended.
//
// Run decides when; a Notifier shows. Where the desktop speaks D-Bus the
// message carries a button that starts the sign-in; elsewhere it is what
// beeep can do. Every call has a time limit, and a desktop without a
// notification service costs one line in the log.
package notify
