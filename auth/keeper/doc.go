// Package keeper refreshes one home's sign-in ahead of every Codex process, so
// that each of them finds a fresh token and sends nothing.
//
// It only decides when to refresh; the Manager refreshes. It has one goroutine
// (Keeper.Run) with one alarm, set to the next moment at which something has to
// happen, and does nothing in between. The alarm follows the wall clock because
// tokens expire by it, and because time asleep counts.
//
// due computes when to refresh a sign-in from its facts alone. The planner adds
// what has happened: failures, a lost answer, a wake, a Retry-After. Both use
// neither clock nor lock, so that a table or the simulation of a fleet can test
// them.
//
// The package uses auth.Manager and the system's timer. It opens no file and
// uses no network.
package keeper
