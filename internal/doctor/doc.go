// Package doctor finds out what there is on a machine that Rekey works with,
// what is wrong with it, and what to do. Its report can be shown to anybody: it
// has no token, no e-mail address, no name of a user or of the machine, and no
// password of a proxy.
//
// A Report is JSON of schema 1:
//
//	{"schema": 1, "at": "2026-03-23T12:00:00Z",
//	 "facts":    [{"code": "home.store", "about": "~/.codex", "value": "file"}, …],
//	 "findings": [{"code": "clock.unsynchronised", "severity": "warning", "about": "",
//	               "what": "…", "do": "…"}, …]}
//
// Codes are stable; new ones may come. "about" is the home, program or variable
// that it is about, and left out for the machine. Facts are in a fixed order,
// findings have the worst first.
package doctor
