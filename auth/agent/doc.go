// Package agent puts one home together: its Manager, its watcher, its keeper,
// its sign-in and its socket.
//
// A Home is these parts at rest, for programs that ask one question and end.
// An Agent is a Home that holds the home's agent lock: it watches, refreshes ahead
// of everybody and serves the socket. There is one for each home; its lock dies
// with its process, and everybody else attaches to it as a client.
//
// The package reads and writes files, listens on a unix socket and, for
// sign-ins, on the loopback interface. It knows no face.
package agent
