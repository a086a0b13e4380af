// Package login signs in: it brings the user to the authorization server and
// comes back with tokens. What to do with them is the caller's business.
//
// Browser is the flow for a machine with a browser (RFC 8252 with PKCE, RFC
// 7636). It speaks to the authorization server as Codex 0.169 does; its own
// loopback server is stricter than Codex's: it checks Host, method, path,
// state and, on Linux, whose process is calling, takes one callback, and puts
// no token into any URL. Device is the flow for a machine without one (RFC
// 8628, as Codex's server speaks it). CodexCLI leaves it to the user's own
// codex, which FindCodex finds. ReadAPIKey is for those who have a key.
//
// The package listens on 127.0.0.1 only, opens no browser by itself (that is
// passed in) and knows nothing of stores.
package login
