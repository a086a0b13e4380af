package agent

import (
	"context"
	"io/fs"
	"net/http"
	"sync"

	"rekey/auth"
	"rekey/auth/authority"
	"rekey/internal/fault"
	"rekey/internal/safefile"
)

// lateAuthority is the authorization server's client, built on first use:
// reading the certificates takes longer than everything else in "rekey status",
// and invalid ones only matter to a refresh.
type lateAuthority struct {
	getenv func(string) string

	mu            sync.Mutex   // guards everything below
	network       *http.Client // nil until needed
	name, version string       // of the program that asks, "" for Codex's own
}

// identify sets the program on whose behalf requests are sent.
func (a *lateAuthority) identify(name, version string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.name, a.version = name, version
}

// http returns the HTTP client, built on the first call.
func (a *lateAuthority) http() (*http.Client, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.network == nil {
		network, err := networkFromEnv(a.getenv)
		if err != nil {
			return nil, err
		}
		a.network = network
	}
	return a.network, nil
}

// client returns the current client.
func (a *lateAuthority) client() (*authority.Client, error) {
	network, err := a.http()
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	cfg := authority.ConfigFromEnv(a.getenv)
	cfg.HTTP = network
	if a.name != "" {
		cfg.Originator, cfg.UserAgent = a.name, a.name+"/"+a.version
	}
	return authority.New(cfg), nil
}

// Refresh implements auth.Authority.
func (a *lateAuthority) Refresh(ctx context.Context, req auth.RefreshRequest) (auth.TokenResponse, error) {
	client, err := a.client()
	if err != nil {
		return auth.TokenResponse{}, &auth.RefreshError{Err: err}
	}
	return client.Refresh(ctx, req)
}

// Revoke implements auth.Authority.
func (a *lateAuthority) Revoke(ctx context.Context, token auth.Secret, hint string) error {
	client, err := a.client()
	if err != nil {
		return err
	}
	return client.Revoke(ctx, token, hint)
}

// maxCA is the largest file of certificates that is read.
const maxCA = 10 << 20

// networkFromEnv builds the HTTP client from Codex's proxy and CA variables.
func networkFromEnv(getenv func(string) string) (*http.Client, error) {
	network := authority.NetworkFromEnv(getenv)
	for _, name := range []string{"CODEX_CA_CERTIFICATE", "SSL_CERT_FILE"} {
		path := getenv(name)
		if path == "" {
			continue
		}
		pem, err := ReadCA(path)
		if err != nil {
			return nil, fault.New("no_file", "{{.Name}} names a file that cannot be read: {{.Why}}", "Name", name, "Why", safefile.Cause(err))
		}
		network.ExtraCA = pem
		break
	}
	return authority.NewHTTPClient(network)
}

// ReadCA reads a file of certificates without parsing them.
func ReadCA(path string) (pem []byte, err error) {
	file, err := safefile.Read(path, maxCA)
	if err == nil && !file.Exists {
		err = &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	return file.Data, err
}
