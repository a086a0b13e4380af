// Package usage is what a ChatGPT plan allows, what of it is used, and until
// when: the figures, how they are read, and when they are asked for.
//
// A window is what its length says, not what place it has in an answer, and
// what is not known is left out: it is never zero. One member of an answer
// that cannot be read takes only itself along.
//
// The package is pure: it imports no other package of Rekey's and neither os
// nor net. Package usage/backend asks, usage/files keeps what must outlive a
// process, usage/rollout reads what Codex has written down. The protocol's
// facts were recorded from Codex 0.171.0; docs/codex.md has them.
package usage
