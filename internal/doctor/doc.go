// Package doctor examines what Rekey works with on a machine, and reports what
// is wrong and what to do. Its report is safe to publish: it has no token,
// e-mail address, name of a user or of the machine, nor a proxy's password.
//
// A Report is JSON of schema 1:
//
//	{"schema": 1, "at": "2026-03-23T12:00:00Z",
//	 "facts":    [{"code": "home.store", "about": "~/.codex", "value": "file"}, …],
//	 "findings": [{"code": "clock.unsynchronised", "severity": "note",
//	               "what": "…", "do": "…"}, …]}
//
// "about" is the home, program or variable, and omitted for the machine. Facts are in a fixed order, findings
// are sorted worst first.
package doctor
