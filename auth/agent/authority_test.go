package agent

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rekey/auth"
	"rekey/auth/authority"
	"rekey/internal/box"
	"rekey/test/kit/must"
)

func TestCertificatesFromTheEnvironment(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		must.Do(t, os.WriteFile(path, content, 0o600))
		return path
	}
	none := file("none.pem", []byte("no certificate"))
	huge := file("huge.pem", bytes.Repeat([]byte{'x'}, maxCA+1))
	missing := filepath.Join(dir, "missing.pem")
	for name, tt := range map[string]struct {
		env  map[string]string
		want string // of the error, "" for none
	}{
		"nothing set":          {nil, ""},
		"Codex's is missing":   {map[string]string{"CODEX_CA_CERTIFICATE": missing}, "CODEX_CA_CERTIFICATE names a file that cannot be read"},
		"the general one too":  {map[string]string{"SSL_CERT_FILE": missing}, "SSL_CERT_FILE names a file that cannot be read"},
		"Codex's comes first":  {map[string]string{"CODEX_CA_CERTIFICATE": none, "SSL_CERT_FILE": missing}, authority.ErrNoCertificate.Error()},
		"too large to be true": {map[string]string{"CODEX_CA_CERTIFICATE": huge}, "larger than"},
		"a folder":             {map[string]string{"CODEX_CA_CERTIFICATE": dir}, "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			client, err := networkFromEnv(func(name string) string { return tt.env[name] })
			switch {
			case tt.want == "" && (err != nil || client == nil):
				t.Errorf("it fails with %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("it fails with %v, want %q", err, tt.want)
			}
		})
	}
}

// Without its certificates nothing can be asked, which the refresh says; all
// else goes on.
func TestUnusableCertificates(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{})
	r.env["CODEX_CA_CERTIFICATE"] = filepath.Join(r.root, "missing.pem")
	h := r.open()
	if err := h.Refresh(within(t)); !errors.Is(err, os.ErrNotExist) || auth.OutcomeOf(err) != auth.OutcomeTransient {
		t.Errorf("Refresh = %v", err)
	}
	if err := h.SignIn(within(t), auth.SignInPreferred); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("SignIn = %v", err)
	}
	if st := h.State(); st.Status != auth.StatusHealthy || len(r.server.Requests()) > 0 {
		t.Errorf("the State is %+v after %d requests", st, len(r.server.Requests()))
	}
}
