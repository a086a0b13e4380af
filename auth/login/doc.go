// Package login signs in: it takes the user to the authorization server and
// returns with tokens. The caller decides what to do with them.
//
// Browser is the flow for a machine with a browser (RFC 8252 with PKCE, RFC
// 7636). It speaks to the authorization server as Codex 0.169 does; its
// loopback server is stricter than Codex's: it checks Host, method, path, state
// and, on Linux, the user of the calling process, accepts one callback, and
// puts no token into any URL. Device is the flow for a machine without one (RFC
// 8628, as Codex's server speaks it). CodexCLI leaves it to the user's own
// codex, which FindCodex finds. ReadAPIKey reads an API key.
//
// The package listens on 127.0.0.1 only, opens no browser by itself (that is
// passed in) and knows nothing of stores.
package login
