// Package hook runs a program of the user's own when a State changes: the State
// as JSON on its standard input, never two at once, only the newest State, and
// bounded in time.
//
// Rekey runs what a file names, so it does so only if nobody else could have
// written that file or could put another program in its place: see Trusted.
package hook
