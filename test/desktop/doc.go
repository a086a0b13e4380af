// Package desktop holds no code, only tests: the real programs on a private
// desktop, with a real panel, notification daemon, keyring and browser.
//
// The output is switched off and on again on sway, and the screen on GNOME. On the
// others it cannot be: Xvfb, on which LXQt, MATE and Plasma for X11 run, refuses it
// (RandR answers BadValue, and there is no DPMS extension), and Plasma for Wayland
// leaves the only output enabled.
package desktop
