// Package auth is the model of a Codex sign-in: what a credential is, what
// state it is in, and the one Manager that may change it.
//
// It holds no clock, file, socket or window of its own. What it needs from the
// world it declares as small interfaces (Store, Authority, ExternalRefresher)
// and is given by whoever wires the program. The package therefore imports
// neither os, net nor net/http, none of its own sub-packages, and no face.
//
// # Three truths
//
// "Signed in" is not one fact. A State keeps three apart: which credential is
// present, until when its access token works, and whether it can still be
// renewed. State is computed by Compute, a function without side effects.
//
// # One direction
//
// A changed store reaches the Manager through Reload, the Manager publishes a
// new State, and every face renders that State. Nothing else changes what the
// Manager has cached.
//
// Facts about Codex ("Codex does …") are those the project keeps in
// docs/codex.md.
package auth
