//go:build !unix

package main

import (
	"context"
	"time"
)

// place is nothing on this system, where each start opens a window.
type place struct{}

func askFirst(string, options, time.Time) bool { return false }

func takePlace(context.Context, options) (place, bool) { return place{}, false }

func (place) leave() {}

func (place) serve(context.Context, func(o options, done func())) {}
