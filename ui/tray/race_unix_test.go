//go:build race && (linux || freebsd || openbsd || netbsd)

package tray_test

const underRace = true
