package authority

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"rekey/test/kit/must"
)

// TestRefreshNotSent: nothing that holds the token left, so nothing is lost.
func TestRefreshNotSent(t *testing.T) {
	t.Parallel()
	server := serve(t, text(response(200, `{}`)))
	closed := serve(t, untilClosed)
	closed.listener.Close()
	mute, err := net.Listen("tcp", "127.0.0.1:0") // accepts by the kernel alone: TLS never gets an answer
	must.Do(t, err)
	t.Cleanup(func() { mute.Close() })
	refused := errors.New("the escrow is full")
	for name, tt := range map[string]struct {
		cfg Config
		is  error // what the error must wrap, nil for anything
	}{
		"connection refused":      {Config{RefreshURL: closed.url}, nil},
		"TLS where there is none": {Config{RefreshURL: "https" + strings.TrimPrefix(server.url, "http")}, nil},
		"TLS never answered":      {Config{RefreshURL: "https://" + mute.Addr().String()}, context.DeadlineExceeded},
		"plain HTTP elsewhere":    {Config{RefreshURL: "http://192.0.2.1/oauth/token"}, ErrPlainHTTP},
		"another scheme":          {Config{RefreshURL: "ftp://192.0.2.1/oauth/token"}, ErrPlainHTTP},
		"no URL":                  {Config{RefreshURL: "http://[::1"}, nil},
		"held back":               {Config{RefreshURL: server.url, BeforeSend: func() error { return refused }}, refused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.cfg.RefreshLimit = 500 * time.Millisecond
			_, err := New(tt.cfg).Refresh(t.Context(), testRequest)
			if got := failureOf(t, err); got.AnswerLost || got.Permanent || got.Status != 0 {
				t.Errorf("got %+v, want nothing sent", got)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("error %v does not wrap %v", err, tt.is)
			}
		})
	}
	t.Cleanup(func() {
		if got := server.seen(); len(got) != 0 {
			t.Errorf("the server saw %q", got)
		}
	})
}

// TestBeforeSend: the hook runs once, after the connection stands and before
// the server can have the token.
func TestBeforeSend(t *testing.T) {
	server := serve(t, text(response(200, `{}`)))
	calls := 0
	client := New(Config{RefreshURL: server.url, BeforeSend: func() error {
		if calls++; len(server.seen()) != 0 {
			t.Error("the request was sent before the hook")
		}
		return nil
	}})
	must.Get(client.Refresh(t.Context(), testRequest))(t)
	if calls != 1 || len(server.seen()) != 1 {
		t.Errorf("%d calls and %d requests, want 1 and 1", calls, len(server.seen()))
	}
}

// TestRefreshCancelled: who gives up after the request was sent has lost the
// answer, and the cause can be told from a time limit.
func TestRefreshCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := serve(t, func(c net.Conn) { cancel(); untilClosed(c) })
	_, err := clientFor(server).Refresh(ctx, testRequest)
	if got := failureOf(t, err); !got.AnswerLost || !errors.Is(err, context.Canceled) {
		t.Errorf("got %+v, want a lost answer because of context.Canceled", got)
	}
}
