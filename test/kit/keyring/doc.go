// Package keyring gives a test a real gnome-keyring of its own, on Linux.
package keyring
