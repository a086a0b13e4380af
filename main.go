// Rekey keeps the sign-in of OpenAI's Codex fresh and says once when only its
// user can fix it. Everything it does is in package app.
package main

import (
	"os"

	"rekey/app"
)

func main() {
	grow(1)
	os.Exit(app.Main(os.Args[1:]))
}

// grow has the stack grow to what a command needs while there is hardly anything on
// it. Otherwise it would grow in five steps, and each copies all that is on it.
//
//go:noinline
func grow(n int) byte {
	var room [16 << 10]byte
	return room[n]
}
