// Hello is the least that a Go program can do for somebody.
package main

import "fmt"

func main() { fmt.Println("hello, world") }
