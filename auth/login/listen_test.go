package login

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"rekey/test/kit"
	"rekey/test/kit/must"
)

// occupy holds a port and reports the requests it is sent.
func occupy(t *testing.T) (port int, requests <-chan *http.Request) {
	t.Helper()
	l := must.Get(net.Listen("tcp4", "127.0.0.1:0"))(t)
	seen := make(chan *http.Request, 16)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if r, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
				seen <- r
			}
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return l.Addr().(*net.TCPAddr).Port, seen
}

// TestBusyPort: the first port's holder is asked once, as Codex does, and then
// the second port is taken.
func TestBusyPort(t *testing.T) {
	t.Parallel()
	port, requests := occupy(t)
	f := run(t, Browser{
		Authority: clientOf("https://auth.example"), Ports: []int{port, 0}, BusyWait: 250 * time.Millisecond,
	})
	if redirect := f.page.Query().Get("redirect_uri"); strings.Contains(redirect, ":"+strconv.Itoa(port)+"/") {
		t.Errorf("redirect_uri %s names the port in use", redirect)
	}
	r := <-requests
	if r.Method != http.MethodGet || r.RequestURI != "/cancel" || r.Host != address(port) || len(r.Header) != 1 {
		t.Errorf("the holder was sent %s %s to %s with %v", r.Method, r.RequestURI, r.Host, r.Header)
	}
	select {
	case r := <-requests:
		t.Errorf("the holder was asked again: %s", r.RequestURI)
	default:
	}
}

func TestAllPortsBusy(t *testing.T) {
	first, _ := occupy(t)
	second, requests := occupy(t)
	_, err := Browser{
		Authority: clientOf("https://auth.example"), Ports: []int{first, second}, BusyWait: time.Millisecond,
	}.Run(t.Context())
	if busy, ok := errors.AsType[*PortsBusyError](err); !ok || busy.Err == nil {
		t.Fatalf("got %v, want *PortsBusyError", err)
	}
	want := fmt.Sprintf("port %d/%d on this machine is in use by another program; sign in with a code instead (rekey login --device)", first, second)
	if err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	select {
	case r := <-requests:
		t.Errorf("the second port's holder was sent %s", r.RequestURI)
	default:
	}
	denied := &PortsBusyError{Ports: []int{1455}, Err: fmt.Errorf("listen: %w", fs.ErrPermission)}
	if got := denied.Error(); !strings.HasPrefix(got, "this user is not allowed to listen on port 1455 on this machine; ") {
		t.Errorf("got %q", got)
	}
}

// TestSecondSignInTakesOver: a flow gives its port up to the next one, in this
// program or in another.
func TestSecondSignInTakesOver(t *testing.T) {
	first := run(t, Browser{Authority: clientOf("https://auth.example")})
	port := must.Get(strconv.Atoi(parse(t, first.at("/", nil)).Port()))(t)
	second := run(t, Browser{Authority: clientOf("https://auth.example"), Ports: []int{port}})
	if err := first.end(t); !errors.Is(err, ErrCancelled) {
		t.Errorf("the first flow ended with %v, want ErrCancelled", err)
	}
	if got := parse(t, second.at("/", nil)).Port(); got != strconv.Itoa(port) {
		t.Errorf("the second flow is on port %s, want %d", got, port)
	}
	second.running(t)
}

// TestCancelledWhileThePortIsBusy: waiting for a port ends with the flow.
func TestCancelledWhileThePortIsBusy(t *testing.T) {
	port, requests := occupy(t)
	done := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		_, err := Browser{Authority: clientOf("https://auth.example"), Ports: []int{port, 0}, BusyWait: time.Hour}.Run(ctx)
		done <- err
	}()
	<-requests // the wait is about to begin
	cancel()
	if err := kit.Receive(t, "the end of waiting for the port", done); !errors.Is(err, ErrCancelled) {
		t.Errorf("got %v, want ErrCancelled", err)
	}
}

func TestDefaultPorts(t *testing.T) {
	if got := defaultPorts(); len(got) != 2 || got[0] != 1455 || got[1] != 1457 {
		t.Errorf("got %v, Codex has 1455 and 1457", got)
	}
}
