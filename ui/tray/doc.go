// Package tray shows the sign-in as an icon with a menu in the desktop's
// panel, which ui/tray/item puts there.
//
// What it shows is a pure function of State and clock, Menu. The adapter, Run,
// changes only what differs on the panel. The package knows auth.Session and
// the desktop; it opens no file and no network connection.
package tray
