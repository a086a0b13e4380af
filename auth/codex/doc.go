// Package codex is Codex's own part of a home: where the home and its auth.json
// are, and what config.toml and the administrator's files say about signing in:
// which store, which provider, which method and workspace, which addresses.
//
// It reads those files and writes nothing. No error of this package quotes the
// content of a configuration file, because it may hold keys. Statements about
// Codex were observed on the real program.
package codex
