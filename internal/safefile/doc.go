// Package safefile is the one way to a file that matters: locks that end with
// their process, replacing that leaves the old content or the new, reading that
// neither waits nor fills the memory, and following symbolic links. It knows how
// Linux, macOS and Windows differ in these, so that nobody else has to.
//
// It touches the files that it is given and nothing else.
package safefile
