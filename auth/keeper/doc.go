// Package keeper refreshes one home's sign-in ahead of every Codex process, so
// that each of them finds a fresh token and sends nothing.
//
// It decides when and nothing else: what a refresh is, and what its answers
// mean, is the Manager's. It has one goroutine (Keeper.Run) with one alarm on
// the wall clock, which is set to the next moment at which something has to
// happen; between two moments it does nothing at all. Wall clock, because a
// token's end is one, and because time asleep counts.
//
// Due says when a sign-in is to be refreshed, by its own facts. The planner adds
// what has happened: failures, a lost answer, a wake, a server that wants to be
// left alone. Both are free of side effects and know neither clock nor lock, so
// that a table, or the simulation of a fleet, can test them.
//
// The package may touch auth.Manager and the system's timer. It opens no file
// and speaks to no network.
package keeper
