// Hellonet is hello with Go's HTTP client linked into it: the least that a
// program costs which may have to ask a server.
package main

import (
	"fmt"
	"net/http"
	"os"
)

func main() {
	if len(os.Args) > 1 {
		_, _ = http.Get(os.Args[1])
	}
	fmt.Println("hello, world")
}
