// Package authority is the client of the authorization server: it refreshes,
// redeems and revokes, and it says what each answer means.
//
// Refresh tokens are single use (RFC 9700, section 4.14.2), so a request is
// sent at most once: no retries, no redirects, a new connection for every
// request, HTTP/1.1 only. What Codex does, and so what this package does, is
// kept in docs/codex.md.
//
// The package speaks HTTP and knows nothing of storage: it imports neither os
// nor auth/store, and what it needs from the environment is passed in. No error
// of it holds a token or any part of a response body beyond a short error code.
package authority
