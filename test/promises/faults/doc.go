// Package faults holds no code, only tests. They keep two of the README's
// promises, that no token is lost and no sign-in overwritten, by ending Rekey
// with kill -9, or writing to the home, at every step of a refresh and of a
// sign-in (auth.Step), and by taking its disk, its permissions and its locks
// away.
//
// It is no part of package promises because its tests start their own program
// again as the one to be killed, which must not build Rekey first.
package faults
