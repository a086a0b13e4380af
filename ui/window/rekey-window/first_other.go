//go:build !unix

package main

import "context"

// askFirst finds no window: on this system each start opens one.
func askFirst(string, options) bool { return false }

// beAsked does nothing on this system.
func beAsked(context.Context, string, func(o options, done func())) {}
