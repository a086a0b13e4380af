package main

import (
	"context"
	"sync"
	"time"

	"rekey/auth/appserver"
	"rekey/ui/window"
)

// dialLimit bounds the connecting to an agent, which is on this machine.
const dialLimit = 5 * time.Second

// homeAt is the home whose agent has this socket.
func homeAt(socket string) window.Home {
	return window.Home{Dial: func(ctx context.Context) (window.Connection, error) { return dial(ctx, socket) }}
}

// dialAll starts connecting to every agent concurrently. found waits for them;
// if none answers, it returns the first one's error.
func dialAll(ctx context.Context, sockets []string) (found func() ([]window.Home, error)) {
	homes, problems := make([]window.Home, len(sockets)), make([]error, len(sockets))
	var all sync.WaitGroup
	for i, socket := range sockets {
		homes[i] = homeAt(socket)
		all.Go(func() {
			s, err := dial(ctx, socket)
			if problems[i] = err; err == nil {
				homes[i].First = s
			}
		})
	}
	return func() ([]window.Home, error) {
		all.Wait()
		for _, err := range problems {
			if err == nil {
				return homes, nil
			}
		}
		return nil, problems[0]
	}
}

// dial connects to one agent. It returns no typed nil.
func dial(ctx context.Context, socket string) (window.Connection, error) {
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	c, err := appserver.Dial(ctx, socket)
	if err != nil {
		return nil, err
	}
	return c, nil
}
