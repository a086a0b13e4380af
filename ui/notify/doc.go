// Package notify shows one desktop notification when a sign-in was permanently
// rejected, and withdraws it when that is fixed. It also shows usage alerts.
//
// Run decides when; a Notifier shows. On D-Bus desktops the message has a
// button that starts the sign-in; elsewhere it is a popup. Every call
// has a time limit, and where nothing can be shown there is one line in the log.
package notify
