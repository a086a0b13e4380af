package doctor

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"strings"

	"rekey/auth/agent"
	"rekey/auth/authority"
	"rekey/internal/hook"
)

// network examines the variables for proxies and certificates. Of a proxy it
// shows the host but no credentials.
func (in Inputs) network(context.Context) (f found) {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"} {
		value := in.Getenv(name)
		if value == "" {
			continue
		}
		host, ok := proxyHost(value)
		f.fact(FactProxy, name, host)
		if !ok {
			f.finding(FindBadProxy, Problem, name)
		}
	}
	for _, name := range []string{"NO_PROXY", "no_proxy"} {
		if value := in.Getenv(name); value != "" {
			f.word(FactProxy, name, WordSet)
		}
	}
	for _, name := range []string{"CODEX_CA_CERTIFICATE", "SSL_CERT_FILE"} {
		path := in.Getenv(name)
		if path == "" {
			continue
		}
		f.word(FactCA, name, WordSet)
		if err := certificates(path); err != nil {
			f.finding(FindBadCA, Problem, name, "Why", err)
		}
	}
	return f
}

// certificates says why a file of certificates is of no use, or nil.
func certificates(path string) error {
	pem, err := agent.ReadCA(path)
	if err == nil {
		_, err = authority.NewHTTPClient(authority.Network{ExtraCA: pem})
	}
	return err
}

// proxyHost is the host and port of a proxy's address.
func proxyHost(value string) (host string, ok bool) {
	if !strings.Contains(value, "://") {
		value = "http://" + value
	}
	u, err := url.Parse(value)
	if err != nil || u.Host == "" {
		return "not an address", false
	}
	return u.Scheme + "://" + u.Host, true
}

// configuration examines the configuration file and the files it names.
func (in Inputs) configuration(context.Context) (f found) {
	file := Fact{Code: FactConfig, Value: in.Config}
	if _, err := os.Stat(in.Config); errors.Is(err, fs.ErrNotExist) {
		file.Word = WordMissing
	}
	f.facts = append(f.facts, file)
	for _, problem := range in.Problems {
		f.finding(FindConfig, Warning, "", "Why", problem)
	}
	if in.Settings.Hook == "" {
		f.word(FactHook, "", WordNone)
		return f
	}
	f.fact(FactHook, "", in.Settings.Hook)
	if err := hook.Check(in.Settings.Hook, in.Config); err != nil {
		var unsafe *hook.UnsafeError
		code := FindHook
		if errors.As(err, &unsafe) {
			code = FindUnsafeHook
		}
		f.finding(code, Warning, "", "Why", err)
	}
	return f
}

// clock checks whether the clock is synchronized. If not, tokens may seem to
// live longer or shorter than they do.
func (in Inputs) clock(context.Context) (f found) {
	synchronised, known := clockSynchronised()
	switch {
	case !known:
		f.word(FactClock, "", WordNotLooked)
	case synchronised:
		f.word(FactClock, "", WordSynchronised)
	default:
		f.word(FactClock, "", WordUnsynchronised)
		f.finding(FindUnsynchronised, Note, "")
	}
	return f
}
