// Package logfile is where Rekey's decisions are written down: one line each, in
// a file of bounded size in the home's state folder, and on standard error for
// those who ask for it.
//
// Any number of processes may write to one file. A line is written with one
// system call, so lines do not mix, and a file that has become too large is
// renamed under a lock. Nothing stays open between two lines: there is nothing
// to close, and nobody goes on writing to a file that has been renamed.
package logfile
