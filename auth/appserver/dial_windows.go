package appserver

import (
	"context"
	"net"

	"github.com/Microsoft/go-winio"
)

// dial connects to a named pipe. Its server cannot act in this user's name.
func dial(ctx context.Context, pipe string) (net.Conn, error) {
	return winio.DialPipeContext(ctx, pipe)
}
