package agent

import (
	"io/fs"
	"net/http"

	"rekey/auth/authority"
	"rekey/internal/fault"
	"rekey/internal/safefile"
)

// maxCA is the largest file of certificates that is read.
const maxCA = 10 << 20

// networkFromEnv builds the HTTP client that Codex's proxy and CA variables ask for.
func networkFromEnv(getenv func(string) string) (*http.Client, error) {
	network := authority.NetworkFromEnv(getenv)
	for _, name := range []string{"CODEX_CA_CERTIFICATE", "SSL_CERT_FILE"} {
		path := getenv(name)
		if path == "" {
			continue
		}
		pem, err := safefile.Read(path, maxCA)
		if err == nil && !pem.Exists {
			err = fs.ErrNotExist
		}
		if err != nil {
			return nil, fault.New("no_file", "{{.Name}} names a file that cannot be read: {{.Why}}", "Name", name, "Why", safefile.Cause(err))
		}
		network.ExtraCA = pem.Data
		break
	}
	return authority.NewHTTPClient(network)
}
