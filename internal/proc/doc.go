// Package proc runs other programs for Rekey: the browser, the window, a hook,
// the user's own codex. They are given a short list of variables and no shell,
// and those that Rekey waits for end together with all they have started.
package proc
