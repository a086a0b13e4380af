// Package usage knows what a ChatGPT plan allows, how much of it is used, and
// until when: the figures, how they are read, and when to ask for them.
//
// A window is identified by its length, not by its place in an answer. What is
// not known is left out and never shown as zero. If one member of an answer
// cannot be read, the others still count.
//
// The package touches no file and no network: it imports no other package of
// Rekey's and neither os nor net. Package usage/backend asks, usage/files keeps what must outlive a
// process, usage/rollout reads what Codex has logged. The protocol was recorded
// from Codex 0.171.0; see docs/codex.md.
package usage
