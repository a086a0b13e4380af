package authority

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"rekey/internal/fault"
)

// Network describes how this machine reaches other hosts.
type Network struct {
	// HTTPProxy and HTTPSProxy are the proxies for requests of that scheme,
	// "" for none. NoProxy lists exceptions. Hosts on this machine are always
	// reached directly.
	HTTPProxy, HTTPSProxy, NoProxy string
	// ExtraCA holds certificates (PEM) that are trusted beside the system's,
	// nil for none. Codex reads them from the file that CODEX_CA_CERTIFICATE
	// names, else SSL_CERT_FILE.
	ExtraCA []byte
}

// NetworkFromEnv reads the proxy variables as Codex does: capitals before
// small letters, ALL_PROXY where the scheme has none of its own. ExtraCA is
// left to the caller, because this package reads no files.
func NetworkFromEnv(getenv func(string) string) Network {
	first := func(names ...string) string {
		for _, name := range names {
			if v := getenv(name); v != "" {
				return v
			}
		}
		return ""
	}
	return Network{
		HTTPProxy:  first("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"),
		HTTPSProxy: first("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"),
		NoProxy:    first("NO_PROXY", "no_proxy"),
	}
}

// ErrNoCertificate means that Network.ExtraCA holds no certificate.
var ErrNoCertificate = fault.New("no_ca", "the extra CA file contains no certificate")

// NewHTTPClient returns a client for requests that must be sent at most once:
// HTTP/1.1 with a new connection each time. It allows plain HTTP only to this
// machine. The caller bounds each request by its context.
func NewHTTPClient(n Network) (*http.Client, error) {
	var roots *x509.CertPool
	if n.ExtraCA != nil {
		var err error
		if roots, err = x509.SystemCertPool(); err != nil {
			roots = x509.NewCertPool()
		}
		if !roots.AppendCertsFromPEM(n.ExtraCA) {
			return nil, ErrNoCertificate
		}
	}
	return &http.Client{Transport: guard{newTransport(roots, n)}}, nil
}

// newTransport builds the transport below the guard; roots may be nil.
func newTransport(roots *x509.CertPool, n Network) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true) // HTTP/2 repeats requests on its own
	return &http.Transport{
		Proxy:                  func(req *http.Request) (*url.URL, error) { return n.proxy(req.URL) },
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 256 << 10,
		DisableKeepAlives:      true, // a request on a reused connection may be sent again
		DisableCompression:     true, // the answers are small
		Protocols:              protocols,
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
			if res.StatusCode != http.StatusOK {
				return fault.New("proxy_answered", "the proxy answered {{.Status}}", "Status", res.StatusCode)
			}
			return nil
		},
	}
}

// guard ensures that no token leaves this machine unencrypted, whatever address
// is configured or stored.
type guard struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (g guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != "https" && !isLoopback(req.URL.Hostname()) {
		if req.Body != nil {
			_ = req.Body.Close() // a RoundTripper must close it even when it fails
		}
		return nil, ErrPlainHTTP
	}
	return g.next.RoundTrip(req)
}

// isLoopback reports whether host is this machine, by name or by address
// (RFC 8252, section 7.3).
func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
