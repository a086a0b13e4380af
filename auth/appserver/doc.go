// Package appserver speaks the part of Codex's app-server protocol that is
// about authentication: over standard input and output, and on the agent's
// socket. What works against "codex app-server" works against Rekey.
//
// The wire is JSON-RPC 2.0 as Codex speaks it: one JSON object a line, the
// member "jsonrpc" optional when read and left out when written. Requests of
// one connection are answered strictly one after the other, as Codex does;
// only Rekey's own methods, which have the prefix "rekey/", may overlap. They
// are described in docs/protocol.md.
//
// The package holds no credential: a Server answers from a Home, and a Client
// is the other side of the same wire for Rekey's own faces. It may read and
// write the connection it is given and nothing else.
package appserver
