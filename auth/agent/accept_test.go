package agent

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rekey/test/kit"
)

// troubled is a listener that cannot accept anybody for a while, as one whose
// process has no handle left, and is closed then.
type troubled struct{ failures int }

func (l *troubled) Accept() (net.Conn, error) {
	if l.failures--; l.failures < 0 {
		return nil, net.ErrClosed
	}
	return nil, errors.New("too many open files")
}

func (*troubled) Close() error   { return nil }
func (*troubled) Addr() net.Addr { return nil }

// Trouble with accepting passes; it neither ends the socket nor makes it spin.
func TestAcceptOutlivesTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &kit.Record{}
		s := &socketServer{log: slog.New(slog.NewTextHandler(log, nil))}
		begun := time.Now()
		s.accept(t.Context(), &troubled{failures: 3})
		if took := time.Since(begun); took != 3*acceptPause {
			t.Errorf("it took %v", took)
		}
		if n := strings.Count(log.String(), "too many open files"); n != 3 {
			t.Errorf("it was logged %d times", n)
		}

		ctx, cancel := context.WithTimeout(t.Context(), acceptPause/2)
		defer cancel()
		begun = time.Now()
		s.accept(ctx, &troubled{failures: 1 << 20})
		if took := time.Since(begun); took != acceptPause/2 {
			t.Errorf("it ends %v after it was told to", took-acceptPause/2)
		}
	})
}
