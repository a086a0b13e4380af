// Package desktop holds no code, only tests: the real programs on a private
// desktop, with a real panel, notification daemon, keyring and browser.
//
// The output is switched off and on again on sway, and the screen on GNOME. On the
// others it cannot be: Xvfb, on which LXQt, MATE and Plasma for X11 run, refuses it
// (RandR answers BadValue, and there is no DPMS extension), and Plasma for Wayland
// leaves the only output enabled.
//
// Letters choose rows of the menu on LXQt, MATE and Plasma. GNOME's menus heed none, and
// waybar's have no keyboard. GNOME has no tooltips, and mako draws no buttons: there a
// click on the notification itself is tried.
package desktop
