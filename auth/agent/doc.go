// Package agent puts one home together: its Manager, its watcher, its keeper,
// its sign-in and its socket.
//
// A Home is these parts at rest, for programs that do one thing and exit. An
// Agent is a Home that holds the home's agent lock: it watches, refreshes ahead
// of time and serves the socket. There is one for each home; its lock ends with
// its process, and other processes attach to it as clients.
//
// The package reads and writes files, listens on a unix socket and, for
// sign-ins, on the loopback interface. It knows no face.
package agent
