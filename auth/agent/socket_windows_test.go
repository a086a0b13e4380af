package agent

import (
	"bufio"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"

	"rekey/auth/appserver"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// underWine reports whether this is not Windows itself.
func underWine() bool {
	return windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version").Find() == nil
}

// The pipe is what the socket is elsewhere: both ends know each other's user,
// a line goes both ways, and whoever waits for a line that does not come is
// freed by closing.
func TestPipe(t *testing.T) {
	path := socketPath(Dirs{}, "test-"+strconv.Itoa(os.Getpid()))
	l := must.Get(listen(path, true))(t)
	defer l.Close()
	if underWine() {
		// Wine lets a client connect to what holds the name, where nobody
		// listens. Windows does not.
		stray := must.Get(winio.DialPipeContext(t.Context(), path))(t)
		defer stray.Close()
	} else if second, err := listen(path, true); err == nil {
		_ = second.Close()
		t.Error("two agents listen on one pipe")
	}
	accepted := make(chan net.Conn, 1)
	go func() {
		defer close(accepted)
		nc, err := l.Accept()
		if err != nil {
			t.Errorf("Accept: %v", err)
			return
		}
		accepted <- nc
	}()
	client := must.Get(winio.DialPipeContext(t.Context(), path))(t)
	server, ok := <-accepted
	if !ok {
		t.FailNow()
	}
	for name, end := range map[string]net.Conn{"client": client, "server": server} {
		if err := appserver.SameUser(end); err != nil {
			t.Errorf("the %s's peer: %v", name, err)
		}
	}
	for name, ends := range map[string][2]net.Conn{"to the server": {client, server}, "to the client": {server, client}} {
		must.Get(io.WriteString(ends[0], name+"\n"))(t)
		if line, err := bufio.NewReader(ends[1]).ReadString('\n'); err != nil || strings.TrimSpace(line) != name {
			t.Errorf("what came %s is %q, %v", name, line, err)
		}
	}
	freed := kit.Later(func() error { _, err := client.Read(make([]byte, 1)); return err })
	_ = client.Close()
	if err := <-freed; err == nil {
		t.Error("a reader of a closed connection got something")
	}
	if _, err := server.Read(make([]byte, 1)); err == nil {
		t.Error("the server does not notice that its client has gone")
	}
	_ = server.Close()
}
