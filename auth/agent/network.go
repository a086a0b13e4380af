package agent

import (
	"fmt"
	"io"
	"net/http"
	"os"

	"rekey/auth/authority"
	"rekey/internal/fault"
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
		pem, err := readLimited(path, maxCA)
		if err != nil {
			return nil, fault.New("no_file", "{{.Name}} names a file that cannot be read: {{.Why}}", "Name", name, "Why", err)
		}
		network.ExtraCA = pem
		break
	}
	return authority.NewHTTPClient(network)
}

// readLimited reads a file of at most limit bytes.
func readLimited(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("it is larger than %d bytes", limit)
	}
	return data, err
}
