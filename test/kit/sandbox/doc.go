// Package sandbox runs real programs, Rekey's and Codex's, between a Codex home
// and an authorization server in a box (internal/box). Tests and benchmarks of
// whole processes stand on it.
//
// It builds Rekey, starts and ends processes, and writes to nothing but a
// folder of its own. What it starts is told to find every outside host at a
// closed port of this machine.
package sandbox
