// Package cli is the terminal's face: the command line, what it prints and the
// codes it ends with. Data goes to standard output, words to standard error.
//
// It opens no credential, no file and no connection: what the commands do, main
// hands in as a Program. It must not import os, net or net/http.
package cli
