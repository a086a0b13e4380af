// Package store implements auth.Store for the places where credentials live:
// Codex's auth.json, its encrypted file, the keyring, or whichever Codex would
// use.
//
// It reads and writes what Codex 0.169 reads and writes, in the same bytes and
// under the same locks. Statements about Codex ("Codex does …") were observed
// on the real program and are kept in docs/codex.md.
//
// It may touch files and, on a connection of its own, the session's D-Bus. It
// contacts no network. No error of this package quotes the content of a
// credential or of a configuration file.
//
// # Locks
//
// Four kinds of locks are in play, always taken in this order:
//
//  1. <target>.rekey.lock: one Rekey at a time refreshes a sign-in (RefreshLock).
//  2. auth.lock in the home: Codex's own, waited for.
//  3. <target>.lock: Codex's own, tried every 10 ms for 5 s. A Codex that cannot get it within 5 s discards its new tokens, so Rekey holds it only to compare and rename.
//  4. state.lock in Rekey's state directory, for the files of package memory.
//
// <target> is auth.json after following symbolic links.
package store
