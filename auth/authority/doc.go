// Package authority is the client of the authorization server: it refreshes,
// redeems and revokes, and interprets the answers.
//
// Refresh tokens are single use (RFC 9700, section 4.14.2), so a request is
// sent at most once: no retries, no redirects, a new connection for every
// request, HTTP/1.1 only. It does what Codex does; docs/codex.md has the
// details.
//
// The package speaks HTTP and knows nothing of storage: it imports neither os
// nor auth/store, and callers pass in what it needs from the environment. Its
// errors never hold a token, nor more of a response body than a short error
// code.
package authority
