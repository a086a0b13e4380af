package authority

import (
	"bufio"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit/must"
)

func TestNetworkFromEnv(t *testing.T) {
	for name, tt := range map[string]struct {
		env  map[string]string
		want Network
	}{
		"none":                  {nil, Network{}},
		"own":                   {map[string]string{"HTTP_PROXY": "h", "HTTPS_PROXY": "s", "NO_PROXY": "n"}, Network{HTTPProxy: "h", HTTPSProxy: "s", NoProxy: "n"}},
		"small letters":         {map[string]string{"http_proxy": "h", "https_proxy": "s", "no_proxy": "n"}, Network{HTTPProxy: "h", HTTPSProxy: "s", NoProxy: "n"}},
		"capitals first":        {map[string]string{"https_proxy": "small", "HTTPS_PROXY": "capital"}, Network{HTTPSProxy: "capital"}},
		"all":                   {map[string]string{"ALL_PROXY": "a"}, Network{HTTPProxy: "a", HTTPSProxy: "a"}},
		"own before all":        {map[string]string{"all_proxy": "a", "https_proxy": "s"}, Network{HTTPProxy: "a", HTTPSProxy: "s"}},
		"HTTP is not for HTTPS": {map[string]string{"HTTP_PROXY": "h"}, Network{HTTPProxy: "h"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := NetworkFromEnv(func(name string) string { return tt.env[name] })
			if got.HTTPProxy != tt.want.HTTPProxy || got.HTTPSProxy != tt.want.HTTPSProxy || got.NoProxy != tt.want.NoProxy {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// proxyServer is a proxy that answers CONNECT with status and, for 200, plays
// the tunnel's other end itself. It reports the hosts it was asked for.
func proxyServer(t *testing.T, status string, tunnel func(net.Conn)) (url string, asked <-chan string) {
	t.Helper()
	l := must.Get(net.Listen("tcp", "127.0.0.1:0"))(t)
	t.Cleanup(func() { l.Close() })
	hosts := make(chan string, 8)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			req, err := http.ReadRequest(bufio.NewReader(c))
			if err == nil {
				hosts <- req.Method + " " + req.Host
				_, _ = io.WriteString(c, "HTTP/1.1 "+status+"\r\n\r\n")
				if tunnel != nil {
					tunnel(c)
				}
			}
			c.Close()
		}
	}()
	return "http://" + l.Addr().String(), hosts
}

// TestProxy: a request for another machine goes through the proxy, one for
// this machine does not, and a proxy that refuses has not seen the token.
func TestProxy(t *testing.T) {
	proxy, asked := proxyServer(t, "407 Proxy Authentication Required", nil)
	refresh := func(n Network, url string) error {
		client := must.Get(NewHTTPClient(n))(t)
		_, err := New(Config{HTTP: client, RefreshURL: url, RefreshLimit: 5 * time.Second}).Refresh(t.Context(), testRequest)
		return err
	}
	got := failureOf(t, refresh(Network{HTTPSProxy: proxy}, "https://auth.example/oauth/token"))
	if host := <-asked; host != "CONNECT auth.example:443" {
		t.Errorf("the proxy was asked for %q", host)
	}
	if got.AnswerLost || got.Err == nil || got.Err.Error() != "the proxy answered 407" {
		t.Errorf("got %+v", got)
	}
	server := serve(t, text(response(200, `{}`)))
	if err := refresh(Network{HTTPProxy: proxy, HTTPSProxy: proxy}, server.url); err != nil {
		t.Errorf("through a proxy to this machine: %v", err)
	}
	if err := refresh(Network{HTTPSProxy: proxy, NoProxy: "*"}, "https://127.0.0.1:1/"); err == nil {
		t.Error("no error from a closed port")
	}
	select {
	case host := <-asked:
		t.Errorf("the proxy was asked for %q", host)
	default:
	}
}

// TestExtraCA: a server whose certificate only the extra file vouches for.
func TestExtraCA(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 1 {
			t.Errorf("%s, want HTTP/1.1", r.Proto)
		}
		_, _ = io.WriteString(w, `{}`)
	}))
	server.EnableHTTP2 = true
	server.Config.ErrorLog = discardLog()
	server.StartTLS()
	t.Cleanup(server.Close)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})

	refresh := func(n Network) error {
		client, err := NewHTTPClient(n)
		if err != nil {
			return err
		}
		_, err = New(Config{HTTP: client, RefreshURL: server.URL}).Refresh(t.Context(), testRequest)
		return err
	}
	if err := refresh(Network{ExtraCA: ca}); err != nil {
		t.Errorf("with the CA: %v", err)
	}
	got := failureOf(t, refresh(Network{}))
	if got.AnswerLost || got.Err == nil || got.Err.Error() != "its certificate is not trusted" {
		t.Errorf("without the CA: got %+v", got)
	}
	if err := refresh(Network{ExtraCA: []byte("no certificate")}); !errors.Is(err, ErrNoCertificate) {
		t.Errorf("with a file of something else: %v, want ErrNoCertificate", err)
	}
}

// TestPlainHTTP: which addresses may be spoken to without TLS.
func TestPlainHTTP(t *testing.T) {
	reached := errors.New("reached")
	g := guard{roundTripper(func(*http.Request) (*http.Response, error) { return nil, reached })}
	for url, want := range map[string]error{
		"https://auth.openai.com/":      reached,
		"http://127.0.0.1:80/":          reached,
		"http://127.9.9.9/":             reached,
		"http://[::1]:80/":              reached,
		"http://localhost:80/":          reached,
		"http://auth.openai.com/":       ErrPlainHTTP,
		"http://localhost.example/":     ErrPlainHTTP,
		"http://127.0.0.1.example/":     ErrPlainHTTP,
		"http://127.1/":                 ErrPlainHTTP, // what a resolver makes of it is not ours to guess
		"http://user@192.168.1.1/":      ErrPlainHTTP,
		"http://[::ffff:192.168.1.1]/":  ErrPlainHTTP,
		"http://127.0.0.1@evil.example": ErrPlainHTTP,
		"ftp://evil.example/":           ErrPlainHTTP,
		"//evil.example/":               ErrPlainHTTP,
	} {
		req := must.Get(http.NewRequest(http.MethodPost, url, strings.NewReader("x")))(t)
		if _, err := g.RoundTrip(req); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", url, err, want)
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// TestCauseQuotesNothing: texts of net/http can hold what the server sent.
func TestCauseQuotesNothing(t *testing.T) {
	for _, answer := range []string{
		testToken + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\n" + testToken + "\r\n\r\n",
		"HTTP/1.1 " + testToken + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: " + testToken + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: " + testToken + "\r\n\r\n",
		"HTTP/1.1 200 " + testToken + "\r\nTransfer-Encoding: chunked\r\n\r\n" + testToken + "\r\n",
		response(400, `{"error":"`+testToken+testToken+`"}`),
		response(400, `{"error":{"code":"`+strings.ToUpper(testToken)+`!"}}`),
		response(200, `{"access_token":["`+testToken+`"]}`),
		response(302, "", "Location: http://127.0.0.1:1/?"+testToken),
	} {
		_, err := clientFor(serve(t, text(answer))).Refresh(t.Context(), testRequest)
		got := failureOf(t, err)
		said := strings.ToLower(err.Error() + got.Code)
		if got.Err != nil {
			said += strings.ToLower(got.Err.Error())
		}
		if strings.Contains(said, "0123456789") {
			t.Errorf("answer %q became %q", answer, said)
		}
	}
}

func TestConfigFromEnv(t *testing.T) {
	env := map[string]string{
		"CODEX_REFRESH_TOKEN_URL_OVERRIDE": "http://127.0.0.1:1/a",
		"CODEX_REVOKE_TOKEN_URL_OVERRIDE":  "http://127.0.0.1:1/b",
		"CODEX_APP_SERVER_LOGIN_CLIENT_ID": "cid",
		"CODEX_APP_SERVER_LOGIN_ISSUER":    " https://issuer.example/ ",
	}
	cfg := ConfigFromEnv(func(name string) string { return env[name] })
	if cfg.RefreshURL != "http://127.0.0.1:1/a" || cfg.RevokeURL != "http://127.0.0.1:1/b" {
		t.Errorf("got %+v", cfg)
	}
	if got, want := New(cfg).Provenance(), (auth.Provenance{Issuer: "https://issuer.example", ClientID: "cid"}); got != want {
		t.Errorf("Provenance() = %+v, want %+v", got, want)
	}
	none := New(ConfigFromEnv(func(string) string { return "" }))
	if got, want := none.Provenance(), (auth.Provenance{Issuer: DefaultIssuer, ClientID: DefaultClientID}); got != want {
		t.Errorf("without variables: Provenance() = %+v, want %+v", got, want)
	}
}

// TestHeadersCannotBeInjected: a program's name comes from a client of the
// app-server and may hold anything.
func TestHeadersCannotBeInjected(t *testing.T) {
	server := serve(t, text(response(200, `{}`)))
	client := New(Config{RefreshURL: server.url, Originator: "a\r\nX-Evil: 1", UserAgent: "b\r\nX-Evil: 1"})
	must.Get(client.Refresh(t.Context(), testRequest))(t)
	request := server.seen()[0]
	if strings.Contains(request, "Evil") || !strings.Contains(request, "\r\nOriginator: "+DefaultOriginator+"\r\n") {
		t.Errorf("got %q", request)
	}
}
