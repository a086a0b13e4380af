package appserver

import (
	"context"
	"net"

	"github.com/Microsoft/go-winio"
)

// dial connects to a named pipe. The server cannot impersonate this user.
func dial(ctx context.Context, pipe string) (net.Conn, error) {
	return winio.DialPipeContext(ctx, pipe)
}
