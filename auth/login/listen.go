package login

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// defaultPorts are the ports that the authorization server accepts for Codex.
func defaultPorts() []int { return []int{1455, 1457} }

const (
	retryPause  = 100 * time.Millisecond
	cancelLimit = time.Second
)

// listen binds the first available port. Like Codex it asks the holder of the
// first one, once, to release it, and waits a moment: a forgotten sign-in of
// Codex does. The others are tried once.
func (b Browser) listen(ctx context.Context) (net.Listener, error) {
	ports := b.Ports
	if len(ports) == 0 {
		ports = defaultPorts()
	}
	var last error
	for i, port := range ports {
		l, err := listenOn(ctx, port)
		if err != nil && i == 0 {
			askToCancel(ctx, port)
			l, err = b.retry(ctx, port)
		}
		if err == nil {
			return l, nil
		}
		if ctx.Err() != nil {
			return nil, ended(ctx)
		}
		last = err
	}
	return nil, &PortsBusyError{Ports: ports, Err: last}
}

// retry tries a port repeatedly until BusyWait is over.
func (b Browser) retry(ctx context.Context, port int) (net.Listener, error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(b.BusyWait, busyWait))
	defer cancel()
	pause := time.NewTicker(retryPause)
	defer pause.Stop()
	for {
		l, err := listenOn(ctx, port)
		if err == nil {
			return l, nil
		}
		select {
		case <-pause.C:
		case <-ctx.Done():
			return nil, err
		}
	}
}

func listenOn(ctx context.Context, port int) (net.Listener, error) {
	var lc net.ListenConfig
	return lc.Listen(ctx, "tcp4", address(port))
}

// askToCancel sends the request that ends another program's waiting sign-in.
// The port may be held by any program, so no answer is expected.
func askToCancel(ctx context.Context, port int) {
	ctx, cancel := context.WithTimeout(ctx, cancelLimit)
	defer cancel()
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp4", address(port))
	if err != nil {
		return
	}
	defer c.Close()
	if deadline, ok := ctx.Deadline(); ok {
		_ = c.SetDeadline(deadline)
	}
	_, _ = fmt.Fprintf(c, "GET /cancel HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", address(port))
	_, _ = io.Copy(io.Discard, io.LimitReader(c, 4096))
}

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
