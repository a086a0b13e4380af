// Package box is an authorization server in a box, with fixtures and a
// virtual Codex home: everything a sign-in needs, on 127.0.0.1 and in one
// directory. Tests use it, and "rekey demo" shows the program with it, so it
// is part of the shipped program and imports no testing package.
//
// The server is a true OAuth 2 authorization server in miniature (RFC 6749,
// RFC 7636, RFC 7009) that speaks Codex's dialect: refreshes and revocations
// as JSON, refusals as {"error":{"code":…}}, and Codex's own device endpoints.
// Its refresh tokens are single use, as the real ones are, so that a client
// that spends one twice is noticed.
//
// The package reads and writes only the directory of a Home, listens only on
// 127.0.0.1 and contacts no other host. Its tokens are unsigned and worthless,
// so they are plain strings. It does not use package auth, so that its fixtures
// are independent of the code under test.
package box
