// Package auth is the model of a Codex sign-in: what a credential is, what
// state it is in, and the one Manager that may change it.
//
// It holds no clock, file, socket or window of its own. What it needs from the
// world it declares as small interfaces (Store, Authority, Memory,
// ExternalRefresher) and is given by whoever wires the program. The package
// therefore imports neither os, net nor net/http, none of its own sub-packages,
// and no face.
//
// # Three truths
//
// "Signed in" is not one fact. A State keeps three apart: which credential is
// present, until when its access token works, and whether it can still be
// refreshed. State is computed by Compute, a function without side effects.
//
// # One direction
//
// A changed store reaches the Manager through Reload, the Manager publishes a
// new State, and every face renders that State. What is cached changes in
// adopt.go and nowhere else; who knows other facts better (preferences, the
// keeper's schedule, a sign-in under way) has a setter for them. State, Facts
// and Subscribe wait for no disk, keyring or request: nothing is read while the
// Manager's mutex is held.
//
// # Spacing
//
// Every request for a refresh follows the last one with the same token at a
// distance, whoever made it: see Attempt, Spacing and Fresh.
//
// Facts about Codex ("Codex does …") are those the project keeps in
// docs/codex.md.
package auth
