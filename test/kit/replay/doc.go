// Package replay runs recordings of the real Codex against any command that
// speaks Codex's app-server dialect over stdio, and says where the command
// behaves differently.
//
// A recording ("case") gives the content of a fresh Codex home, the answers of
// a token endpoint, and steps: calls with their expected results, and changes
// to the home in between. Run plays it with a process of its own, a home of
// its own and an authority of its own on 127.0.0.1, so that any number of cases
// can run at the same time.
//
// # Templates
//
// Strings of a case may hold times and tokens that are relative to the start
// of the run: {{now-9d}} {{now+240s}} (RFC 3339, UTC), {{unix-10}} (seconds
// since the epoch), {{jwt_exp:+240}} (an unsigned JWT), {{authority}} and
// {{home}}. Before observed values are compared with expected ones, what came
// out of a template is turned back into it, and a time of this run becomes
// {{recent}}.
//
// # Raw bytes
//
// A lone surrogate \udcXX in a string of a case stands for the byte XX, so
// that JSON can describe content that is not UTF-8. (Python calls this
// "surrogateescape".) In this package such text is a Go string with that byte.
package replay
