// Package auth is the model of a Codex sign-in: what a credential is, what
// state it is in, and the one Manager that may change it.
//
// It opens no file, socket or window. What it needs from the world it declares
// as small interfaces (Store, Authority, Memory, Lineage, ExternalRefresher),
// and the program that wires it supplies them. So the package does not import
// os, net or net/http, nor its own sub-packages, nor any face (a user
// interface: tray, window, command line).
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
// new State, and every face renders that State. Only adopt.go changes what is
// cached; other facts (preferences, the keeper's schedule, a sign-in under way)
// have setters. State, Facts and Subscribe never wait for a disk, a keyring or
// a request, because nothing is read while the Manager's mutex is held.
//
// # Spacing
//
// Requests with the same refresh token are spaced out, whichever process makes
// them: see Attempt, Spacing and Fresh.
//
// The sources of statements about Codex ("Codex does …") are in docs/codex.md.
package auth
