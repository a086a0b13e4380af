// Package hook runs the user's own program when a State changes, with the State
// as JSON on its standard input: never two at once, only for the newest State,
// and bounded in time.
//
// A configuration file names the program, so it is run only if no other user
// could have changed either: see Trusted.
package hook
