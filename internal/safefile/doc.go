// Package safefile handles files that matter: locks that end with their
// process, atomic replacement, reading that neither blocks nor fills the
// memory, and following symbolic links. It hides how Linux, macOS and Windows
// differ in these.
//
// It touches only the files that it is given.
package safefile
