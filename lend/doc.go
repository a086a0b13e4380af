// Package lend hands the access token of a sign-in to other machines and homes,
// so that nobody copies a refresh token: it never leaves this machine, and no
// machine that borrows can spend it.
//
// A loan is what the owner remembers of one borrower. A borrower holds Codex's
// ordinary auth.json with a marker in the place of the refresh token (see
// auth.Snapshot.Loan); a real Codex there takes over what is pushed when its own
// access token goes stale, and sends nothing. Tried with Codex 0.169 and 0.171.
//
// The transport is what the user already has: ssh, docker, podman, kubectl, wsl,
// a shell of this machine, or any command that runs one. Through it one constant
// script is given to sh, and the credential, on standard input alone.
//
// The package starts programs and keeps one file in Rekey's state folder, which
// holds no token. It opens no credential store and no network itself.
package lend
