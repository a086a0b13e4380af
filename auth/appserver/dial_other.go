//go:build !windows

package appserver

import (
	"context"
	"net"
)

// dial connects to a unix socket.
func dial(ctx context.Context, socket string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "unix", socket)
}
