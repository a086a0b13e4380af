//go:build !unix

package main

import "context"

// raiseFirst finds no window: on this system each start opens one.
func raiseFirst(string, bool) bool { return false }

// beRaised does nothing on this system.
func beRaised(context.Context, string, func(add bool, done func())) {}
