// Package desktop holds no code, only tests: the real programs on a private
// desktop, with a real panel, notification daemon, keyring and browser.
package desktop
