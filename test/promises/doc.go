// Package promises holds no code, only tests: each of the README's promises
// that speaks of several processes is kept here by the real programs, Rekey's
// and where it is installed Codex's, with the authorization server in a box.
//
// The long variants run with REKEY_SOAK=1 (make soak).
package promises
