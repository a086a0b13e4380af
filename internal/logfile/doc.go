// Package logfile writes Rekey's decisions, one line each, to a file of bounded
// size in the home's state folder, and on request to standard error.
//
// Any number of processes may write to one file. A line is written with one
// system call, so lines do not mix, and a file that has become too large is
// renamed under a lock. The file is not kept open between lines: there is
// nothing to close, and no process keeps writing to a renamed file.
package logfile
