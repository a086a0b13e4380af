package login

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"rekey/test/kit/must"
)

var (
	ours  = netip.MustParseAddrPort("127.0.0.1:1455")
	their = netip.MustParseAddrPort("127.0.0.1:40000")
)

func TestMayTalk(t *testing.T) {
	const uid = 1000
	accepted := socket{ours, their, true, uid}
	for name, tt := range map[string]struct {
		table []socket
		want  bool
	}{
		"same user":                 {[]socket{accepted, {their, ours, true, uid}}, true},
		"root":                      {[]socket{accepted, {their, ours, true, 0}}, true},
		"another user":              {[]socket{accepted, {their, ours, true, 1001}}, false},
		"closed, shown as root's":   {[]socket{accepted, {their, ours, false, 0}}, false},
		"gone":                      {[]socket{accepted}, false},
		"our own end is no proof":   {[]socket{accepted, {ours, their, true, uid}}, false},
		"another connection":        {[]socket{accepted, {their, netip.MustParseAddrPort("127.0.0.1:80"), true, uid}}, false},
		"a table that tells less":   {[]socket{{their, netip.MustParseAddrPort("127.0.0.1:80"), true, 1001}}, true},
		"a table that is not there": {nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := mayTalk(tt.table, ours, their, uid); got != tt.want {
				t.Errorf("got %t, want %t", got, tt.want)
			}
		})
	}
}

func TestReadSockets(t *testing.T) {
	const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
	word := func(a, b, c, d byte) string {
		return fmt.Sprintf("%08X", binary.NativeEndian.Uint32([]byte{a, b, c, d}))
	}
	four := word(127, 0, 0, 1)
	six := word(0, 0, 0, 0) + word(0, 0, 0, 0) + word(0, 0, 0xFF, 0xFF) + four
	got, err := readSockets(strings.NewReader(head +
		"   0: " + four + ":05AF " + four + ":9C40 01 00000000:00000000 00:00000000 00000000  1000        0 42 1 0000000000000000 20 4 0 10 -1\n" +
		"   1: " + six + ":9C40 " + six + ":05AF 06 0:0 0:0 0 7 0 1\n"))
	want := []socket{{ours, their, true, 1000}, {their, ours, false, 7}}
	if err != nil || len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %+v, error %v, want %+v", got, err, want)
	}
	for _, bad := range []string{"x\n", "0: x:1 0100007F:1 01 0 0 0 1\n", "0: 0100007F:1 01:1 01 0 0 0 1\n",
		"0: 0100007F:99999 0100007F:1 01 0 0 0 1\n", "0: 0100007F:1 0100007F:1 01 0 0 0 nobody\n", "0: 0100007F0100007F:1 0100007F:1 01 0 0 0 1\n"} {
		if table, err := readSockets(strings.NewReader(head + bad)); err == nil {
			t.Errorf("%q was read as %+v", bad, table)
		}
	}
}

// TestPeerOfAnotherUser asks the real system about a real connection. Root can
// make a socket of another user's; anybody else can only pretend to be one.
func TestPeerOfAnotherUser(t *testing.T) {
	t.Parallel()
	l := must.Get(net.Listen("tcp4", "127.0.0.1:0"))(t)
	defer l.Close()
	accept := func(dial func() (net.Conn, error)) net.Conn {
		c := must.Get(dial())(t)
		t.Cleanup(func() { c.Close() })
		accepted := must.Get(l.Accept())(t)
		t.Cleanup(func() { accepted.Close() })
		return accepted
	}
	plain := func() (net.Conn, error) { return net.Dial("tcp4", l.Addr().String()) }

	own := accept(plain)
	if !peerAllowed(own) {
		t.Error("our own connection was refused")
	}
	if c, err := dialMapped(l.Addr().(*net.TCPAddr).Port); errors.Is(err, syscall.EAFNOSUPPORT) {
		t.Log("this kernel has no IPv6")
	} else if !peerAllowed(accept(func() (net.Conn, error) { return c, err })) {
		t.Error("our own connection through an IPv6 socket was refused")
	}
	if os.Geteuid() != 0 {
		local, _ := addrPort(own.LocalAddr())
		remote, _ := addrPort(own.RemoteAddr())
		if mayTalk(sockets(), local, remote, os.Geteuid()+1) {
			t.Error("another user's connection was allowed")
		}
		return
	}
	if peerAllowed(accept(func() (net.Conn, error) { return asNobody(t, plain) })) {
		t.Error("another user's connection was allowed")
	}
}

// asNobody dials on a thread whose sockets belong to another user.
func asNobody(t *testing.T, dial func() (net.Conn, error)) (c net.Conn, err error) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		if err = syscall.Setfsuid(65534); err == nil {
			c, err = dial()
		}
	}()
	<-done
	return c, err
}

// dialMapped connects to 127.0.0.1 through an IPv6 socket, as browsers may.
func dialMapped(port int) (net.Conn, error) {
	fd, err := syscall.Socket(syscall.AF_INET6, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), "mapped")
	defer f.Close() // FileConn has its own copy
	to := &syscall.SockaddrInet6{Port: port, Addr: netip.MustParseAddr("::ffff:127.0.0.1").As16()}
	if err := syscall.Connect(fd, to); err != nil {
		return nil, err
	}
	return net.FileConn(f)
}
