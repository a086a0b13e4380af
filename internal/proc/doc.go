// Package proc runs other programs for Rekey: the browser, the window, a hook,
// the user's own codex. They get a short list of variables and no shell.
// Programs that Rekey waits for end together with everything they started.
package proc
