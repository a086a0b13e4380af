//go:build linux

// Package desktop gives a test a desktop of its own: a D-Bus session bus, a
// display that nobody sees, a real panel, a real notification daemon, and the
// means to look at what a program shows there and to click on it.
//
// Everything is private to the test and ends with it. Programs get a short
// list of variables and a home of their own, so that nothing of the machine's
// user is read or written. What waits, waits on a condition, for at most
// kit.Patience. It is for tests only, on Linux.
package desktop
