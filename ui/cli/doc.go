// Package cli is the terminal's face: the command line, its output and its exit
// codes. Data goes to standard output, messages to standard error.
//
// It opens no credential, file or connection: package app supplies the actions
// of the commands as a Program. It must not import os, net or net/http.
package cli
