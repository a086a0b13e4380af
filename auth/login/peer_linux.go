package login

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// peerAllowed reports whether the process at the other end of a connection on
// this machine runs as the same user, or as root, from whom nothing can be
// hidden (and as whom WSL forwards ports). If the user is unknown it returns
// true, because the state parameter already protects the sign-in.
func peerAllowed(c net.Conn) bool {
	local, okLocal := addrPort(c.LocalAddr())
	remote, okRemote := addrPort(c.RemoteAddr())
	if !okLocal || !okRemote {
		return false
	}
	// The table is not a snapshot: a line can be missing if others change
	// during the read, so check again before refusing.
	for range 3 {
		if mayTalk(sockets(), local, remote, os.Geteuid()) {
			return true
		}
	}
	return false
}

// sockets returns all TCP sockets that the system lists.
func sockets() (table []socket) {
	for _, path := range []string{"/proc/net/tcp", "/proc/net/tcp6"} { // IPv4 can hide in an IPv6 socket
		f, err := os.Open(path)
		if err != nil {
			continue
		}
		more, err := readSockets(f)
		f.Close()
		if err == nil {
			table = append(table, more...)
		}
	}
	return table
}

func addrPort(a net.Addr) (netip.AddrPort, bool) {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}, false
	}
	ap := tcp.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port()), true
}

// socket is one line of /proc/net/tcp.
type socket struct {
	local, remote netip.AddrPort
	established   bool
	uid           int
}

// mayTalk looks up the other end. It must still be established, because the
// table shows closed ones as root's. If the table lacks even our own end, it
// proves nothing.
func mayTalk(table []socket, local, remote netip.AddrPort, uid int) bool {
	known := false
	for _, s := range table {
		if s.local == remote && s.remote == local && s.established && (s.uid == uid || s.uid == 0) {
			return true
		}
		known = known || s.local == local && s.remote == remote
	}
	return !known
}

var errTable = errors.New("not a table of sockets")

// readSockets reads /proc/net/tcp or tcp6 (proc_net_tcp(5)).
func readSockets(r io.Reader) ([]socket, error) {
	lines := bufio.NewScanner(r)
	lines.Scan() // headings
	var table []socket
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) < 8 {
			return nil, errTable
		}
		local, err := parseEndpoint(f[1])
		if err != nil {
			return nil, err
		}
		remote, err := parseEndpoint(f[2])
		if err != nil {
			return nil, err
		}
		uid, err := strconv.Atoi(f[7])
		if err != nil {
			return nil, errTable
		}
		table = append(table, socket{local, remote, f[3] == "01", uid})
	}
	return table, lines.Err()
}

// parseEndpoint reads ADDRESS:PORT in hexadecimal, the address as one or four
// words in the machine's byte order.
func parseEndpoint(text string) (netip.AddrPort, error) {
	host, portText, _ := strings.Cut(text, ":")
	port, err := strconv.ParseUint(portText, 16, 16)
	if err != nil {
		return netip.AddrPort{}, errTable
	}
	raw, err := hex.DecodeString(host)
	if err != nil || len(raw)%4 != 0 {
		return netip.AddrPort{}, errTable
	}
	for i := 0; i < len(raw); i += 4 {
		binary.NativeEndian.PutUint32(raw[i:], binary.BigEndian.Uint32(raw[i:]))
	}
	addr, ok := netip.AddrFromSlice(raw)
	if !ok {
		return netip.AddrPort{}, fmt.Errorf("%w: %d bytes of address", errTable, len(raw))
	}
	return netip.AddrPortFrom(addr.Unmap(), uint16(port)), nil
}
