// Rekey keeps the sign-in of OpenAI's Codex fresh and says once when only its
// user can fix it. Everything it does is in package app.
package main

import (
	"os"

	"rekey/app"
)

func main() { os.Exit(app.Main(os.Args[1:])) }
