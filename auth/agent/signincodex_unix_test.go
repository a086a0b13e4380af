//go:build unix

package agent

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"rekey/auth"
	"rekey/auth/login"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/files"
)

// codexScript plays the user's codex: it says where to sign in and leaves what
// lies beside it in the home.
const codexScript = `#!/bin/sh
echo "If your browser did not open, navigate to this URL to authenticate:"
echo
echo "https://auth.example/oauth/authorize?state=x"
[ ! -f "$0.json" ] || cat "$0.json" > "$CODEX_HOME/auth.json"
exit $(cat "$0.exit")
`

// useCodex gives the home a codex that leaves content, nil for nothing, and
// ends with the code.
func (r *rig) useCodex(content []byte, code string) func(*Options) {
	r.t.Helper()
	path := filepath.Join(r.root, "codex-program")
	files.Program(r.t, path, codexScript)
	files.Write(r.t, path+".exit", []byte(code))
	if content != nil {
		files.Write(r.t, path+".json", content)
	}
	r.env["PATH"] = os.Getenv("PATH")
	return func(o *Options) {
		o.FindCodex = func(string) (string, error) { return path, nil }
	}
}

// A sign-in by the user's own codex is done only when there is a new one in the
// store.
func TestSignInByCodex(t *testing.T) {
	t.Parallel()
	var exited *login.CodexExitError
	for name, tt := range map[string]struct {
		refreshed bool // there is a new sign-in
		code      string
		ok        func(error) bool
	}{
		"signs in":           {true, "0", func(err error) bool { return err == nil }},
		"leaves nothing new": {false, "0", func(err error) bool { return errors.Is(err, errNothingNew) }},
		"fails":              {false, "1", func(err error) bool { return errors.As(err, &exited) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, box.Config{})
			var content []byte
			if tt.refreshed {
				content = r.newSignIn(box.Grace())
			}
			h := r.open(r.useCodex(content, tt.code))
			done := kit.Later(func() error { return h.SignIn(within(t), auth.SignInCodex) })
			if err := <-done; !tt.ok(err) {
				t.Errorf("SignIn = %v", err)
			}
			if st := h.State(); st.SigningIn || tt.refreshed != (st.Email == "grace@example.com") {
				t.Errorf("the State is %+v", st)
			}
		})
	}
}

// Where no codex can be found, the sentence says so.
func TestSignInWithoutCodex(t *testing.T) {
	r := newRig(t, box.Config{})
	missing := &login.NoCodexError{Looked: []string{"/nowhere/codex"}}
	h := r.open(func(o *Options) {
		o.FindCodex = func(string) (string, error) { return "", missing }
	})
	if err := h.SignIn(within(t), auth.SignInCodex); !errors.Is(err, missing) {
		t.Errorf("SignIn = %v", err)
	}
	if err := r.open().SignIn(within(t), auth.SignInCodex); err == nil {
		t.Error("there is a way to sign in that nobody has set up")
	}
}
