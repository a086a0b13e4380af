// Package codex finds a Codex home and its auth.json, and reads what
// config.toml and the administrator's files say about signing in: the store,
// provider, method, workspaces and addresses.
//
// It reads those files, and writes only where MakeLike makes a home like
// another. No error of this package quotes the content of a configuration file,
// because it may hold keys. Statements about Codex were observed on the real
// program.
package codex
