package app

import (
	"context"
	"os"
)

// untilUnread returns when ctx ends: on this system the next write fails when
// nobody reads any more.
func untilUnread(ctx context.Context, _ *os.File) error {
	<-ctx.Done()
	return nil
}
