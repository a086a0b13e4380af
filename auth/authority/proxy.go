package authority

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// proxy returns the proxy for requests to a URL, nil for none. The rules are those of
// golang.org/x/net/http/httpproxy, which is not used because it links tables of all
// the world's letters, 0.2 MB of every process: names in other than ASCII letters are
// compared as they are written.
func (n Network) proxy(to *url.URL) (*url.URL, error) {
	named, port := n.HTTPProxy, "80"
	if to.Scheme == "https" {
		named, port = n.HTTPSProxy, "443"
	}
	if to.Port() != "" {
		port = to.Port()
	}
	if named == "" || isLoopback(to.Hostname()) || n.excepts(to.Hostname(), port) {
		return nil, nil
	}
	proxy, err := url.Parse(named)
	if err != nil || proxy.Scheme == "" || proxy.Host == "" {
		if bare, err := url.Parse("http://" + named); err == nil {
			return bare, nil
		}
	}
	if err != nil {
		return nil, nil // as if there were none
	}
	return proxy, nil
}

// excepts reports whether NoProxy lists a host: "*", networks and addresses, names with
// all below them, or "." or "*." before them only what is below. All but networks
// may have a port.
func (n Network) excepts(host, port string) bool {
	host = strings.ToLower(strings.TrimSpace(host))
	ip, err := netip.ParseAddr(host)
	isIP := err == nil
	ip = ip.WithZone("").Unmap()
	for entry := range strings.SplitSeq(strings.ToLower(n.NoProxy), ",") {
		entry = strings.TrimSpace(entry)
		if entry == "*" {
			return true
		}
		if network, err := netip.ParsePrefix(entry); err == nil {
			if isIP && network.Contains(ip) {
				return true
			}
			continue
		}
		name, only, err := net.SplitHostPort(entry)
		if err != nil {
			name, only = entry, ""
		}
		if only != "" && only != port || name == "" {
			continue
		}
		listed, err := netip.ParseAddr(name)
		switch {
		case err == nil && isIP && listed.Unmap() == ip:
			return true
		case err != nil && !isIP && below(host, name):
			return true
		}
	}
	return false
}

// below reports whether a host is, or is below, a name. One with "." or "*." before it
// only has what is below.
func below(host, name string) bool {
	if domain := strings.TrimPrefix(name, "*"); strings.HasPrefix(domain, ".") {
		return strings.HasSuffix(host, domain)
	}
	return host == name || strings.HasSuffix(host, "."+name)
}
