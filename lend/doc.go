// Package lend gives the access token of a sign-in to other machines and homes,
// so that users need not copy auth.json. The refresh token never leaves this
// machine, so no borrower can spend it.
//
// A loan is the owner's record of one borrower. A borrower has an ordinary
// auth.json with a marker in place of the refresh token (see
// auth.Snapshot.Loan); a real Codex there adopts what is pushed when its own
// access token goes stale, and sends nothing. Tried with Codex 0.169 and 0.171.
//
// The transport is one that the user already has: ssh, docker, podman, kubectl,
// wsl, a shell on this machine, or any command that runs one. One constant
// script and the credential go through it to sh, only on standard input.
//
// The package starts programs and keeps one file in Rekey's state folder, which
// holds no token. It opens no credential store and no network itself.
package lend
