// Package tray shows the sign-in as an icon with a menu in the desktop's
// panel, with fyne.io/systray.
//
// What is shown is a pure function of State and clock, Menu. The adapter, Run,
// changes on the panel only what differs from what is there. The package knows
// a auth.Session and the desktop; it opens no file and no network connection.
package tray
