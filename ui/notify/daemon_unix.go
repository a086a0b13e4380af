//go:build linux || freebsd || openbsd || netbsd

package notify

import (
	"context"
	"fmt"

	"rekey/internal/sessionbus"
)

// Daemon names the program that shows notifications on the bus at address, "" for
// that of this session. A service that the bus can start is started.
func Daemon(ctx context.Context, address string) (name string, err error) {
	conn, err := sessionbus.Dial(ctx, address)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	var vendor, version, spec string
	call := conn.Object(service, path).CallWithContext(ctx, service+".GetServerInformation", 0)
	if err := call.Store(&name, &vendor, &version, &spec); err != nil {
		return "", fmt.Errorf("asking the notification service: %w", err)
	}
	return name + " " + version, nil
}
