package authority

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/http/httpproxy"

	"rekey/test/kit/must"
)

// TestProxyRules: Network.proxy decides as golang.org/x/net/http/httpproxy does, which
// net/http has, too.
func TestProxyRules(t *testing.T) {
	exceptions := []string{
		"", "*", " * ", "example.com", ".example.com", "*.example.com", "EXAMPLE.com:443", "example.com:80", "example.com:", ":443",
		"xample.com", "*example.com", "10.0.0.0/8", "10.1.2.3", "10.1.2.3:443", "10.1.2.3:80", "fd00::/8", "fd00::1", "[fd00::1]:443",
		"[fd00::1]", "::ffff:10.1.2.3", "a,example.com", "a,,b , 10.1.2.3", "a,*,b", "10.0.0.0/8:443", "com", ".", "nonsense:port:more",
	}
	hosts := []string{
		"example.com", "Example.COM", "www.example.com", "example.com:8443", "example.com:443", "notexample.com", "com",
		"10.1.2.3", "10.1.2.3:80", "11.1.2.3", "[fd00::1]", "[fd00::2]:80", "[fe80::1%25eth0]", "[::ffff:10.1.2.3]",
		"localhost", "localhost:80", "127.0.0.1", "127.9.9.9:1", "[::1]",
	}
	proxies := []string{"", "http://p.example:8080", "p.example:8080", "p.example", "socks5://p.example", "http://u:p@p.example", "::", "http://p p", "%"}
	compare := func(n Network, address string) {
		to := must.Get(url.Parse(address))(t)
		reference := httpproxy.Config{HTTPProxy: n.HTTPProxy, HTTPSProxy: n.HTTPSProxy, NoProxy: n.NoProxy}
		got, err := n.proxy(to)
		want, wantErr := reference.ProxyFunc()(to)
		if written(got) != written(want) || (err != nil) != (wantErr != nil) {
			t.Errorf("%s with %+v: %q, %v; want %q, %v", address, n, written(got), err, written(want), wantErr)
		}
	}
	for _, host := range hosts {
		for _, scheme := range []string{"http://", "https://"} {
			for _, e := range exceptions {
				compare(Network{HTTPProxy: "http://plain", HTTPSProxy: "http://secure", NoProxy: e}, scheme+host+"/")
				compare(Network{HTTPProxy: "http://plain", HTTPSProxy: "http://secure", NoProxy: strings.ToUpper(e)}, scheme+host+"/")
			}
			for _, p := range proxies {
				compare(Network{HTTPProxy: p, HTTPSProxy: p}, scheme+host+"/")
			}
		}
	}
}

func written(u *url.URL) string {
	if u == nil {
		return ""
	}
	return u.String()
}
