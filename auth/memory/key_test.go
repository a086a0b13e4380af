package memory

import (
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/internal/safefile"
	"rekey/test/kit"
	"rekey/test/kit/files"
)

func TestKeyIsMadeOnce(t *testing.T) {
	dir := files.TempDir(t)
	const openers = 20
	prints := make([]string, openers)
	var wg sync.WaitGroup
	for i := range openers {
		wg.Go(func() {
			if s, err := Open(safefile.Disk{}, dir); err == nil {
				prints[i] = s.Token(kit.Parsed(t, kit.SignIn("r")))
			}
		})
	}
	wg.Wait()
	for _, p := range prints {
		if p == "" || p != prints[0] {
			t.Fatalf("different keys: %q and %q", p, prints[0])
		}
	}
	if openAt(t, files.TempDir(t)).Token(kit.Parsed(t, kit.SignIn("r"))) == prints[0] {
		t.Error("two directories have the same key")
	}
	if found, _ := filepath.Glob(filepath.Join(dir, tempPrefix+"*")); len(found) > 0 {
		t.Errorf("left over: %v", found)
	}
}

func TestDamagedKeyIsReplaced(t *testing.T) {
	dir := files.TempDir(t)
	files.Write(t, filepath.Join(dir, "key"), []byte("short"))
	first := openAt(t, dir).Token(kit.Parsed(t, kit.SignIn("r")))
	if second := openAt(t, dir).Token(kit.Parsed(t, kit.SignIn("r"))); first != second {
		t.Error("the key changed again")
	}
}

func TestFingerprints(t *testing.T) {
	s := openAt(t, files.TempDir(t))
	base := string(kit.SignIn("refresh-1"))
	snapshot := kit.Parsed(t, []byte(base))
	for _, tt := range []struct {
		name        string
		content     string
		token, same bool // whether Token and Whole are those of base
	}{
		{"compact", strings.ReplaceAll(base, "\n", ""), true, true},
		{"unknown field", strings.Replace(base, "{", `{"x":1,`, 1), true, true},
		{"unknown token field", strings.Replace(base, `"tokens": {`, `"tokens": {"x":[1],`, 1), true, true},
		{"time zone", strings.Replace(base, "2023-11-14T22:13:20.000000000Z", "2023-11-14T23:13:20+01:00", 1), true, true},
		{"last refresh", strings.Replace(base, "2023-11-14T22:13:20", "2023-11-14T22:13:21", 1), true, false},
		{"another refresh token", strings.Replace(base, "refresh-1", "refresh-2", 1), false, false},
		{"another account", strings.Replace(base, `"account_id": "acct-ada"`, `"account_id": "x"`, 1), true, false},
		{"null account", strings.Replace(base, `"account_id": "acct-ada"`, `"account_id": null`, 1), true, false},
		{"empty account", strings.Replace(base, `"account_id": "acct-ada"`, `"account_id": ""`, 1), true, false},
		{"no mode", strings.Replace(base, `"auth_mode": "chatgpt",`, "", 1), true, false},
		{"owner", strings.Replace(base, `"tokens": {`, `"tokens": {"login_owner_id":"o",`, 1), true, false},
		{"provenance", strings.Replace(base, `"tokens": {`, `"tokens": {"oauth_provenance":{"issuer":"i","client_id":"c"},`, 1), true, false},
		{"key", strings.Replace(base, `"OPENAI_API_KEY": null`, `"OPENAI_API_KEY": "sk-fake"`, 1), true, false},
		{"agent", strings.Replace(base, "{", `{"agent_identity":"a.b.c",`, 1), true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			other := kit.Parsed(t, []byte(tt.content))
			if tt.content == base {
				t.Fatal("the row changes nothing")
			}
			if got := s.Token(other) == s.Token(snapshot); got != tt.token {
				t.Errorf("Token equal: %v, want %v", got, tt.token)
			}
			if got := s.Whole(other) == s.Whole(snapshot); got != tt.same {
				t.Errorf("Whole equal: %v, want %v", got, tt.same)
			}
			if other.Equal(snapshot) != tt.same {
				t.Error("Whole and Equal differ")
			}
		})
	}
	const identity = `{"agent_identity":{"agent_runtime_id":"r","agent_private_key":"k","account_id":"a","chatgpt_user_id":"u","plan_type":"pro","chatgpt_account_is_fedramp":false}}`
	agent := []*auth.Snapshot{kit.Parsed(t, []byte(identity)), kit.Parsed(t, []byte(strings.ReplaceAll(identity, ":", ": ")))}
	if s.Whole(agent[0]) != s.Whole(agent[1]) {
		t.Error("formatting inside agent_identity counts")
	}
	if f := s.Token(snapshot); len(f) != 64 || f == s.Whole(snapshot) {
		t.Errorf("Token %q, Whole %q", f, s.Whole(snapshot))
	}
	if s.Whole(nil) == s.Whole(snapshot) || s.Token(nil) == s.Token(snapshot) {
		t.Error("nothing has the fingerprint of something")
	}
}

// The forms and the key's use are part of the files' format.
func TestFingerprintsStayTheSame(t *testing.T) {
	s := &Memory{key: [32]byte{1, 2, 3}}
	snapshot := kit.Parsed(t, box.AuthJSON(box.WithAPIKey("sk-fake")))
	// As Python's hmac computes them.
	const token = "4e5d604aaffacacba2f6ea358d99b3475f17c16d48d932e23fd27d464f0b63e0"
	const whole = "db50082e95245583377c3ca772d9eaa5fa2100b94f06baff0033ba1c09566d92"
	if got := s.Token(snapshot); got != token {
		t.Errorf("Token %s", got)
	}
	if got := s.Whole(snapshot); got != whole {
		t.Errorf("Whole %s", got)
	}
}

// A key that cannot be read at the moment is not replaced: its fingerprints,
// for example that of an answer in the escrow, would match nothing.
func TestUnreadableKeyIsLeftAlone(t *testing.T) {
	dir := files.TempDir(t)
	before := openAt(t, dir).Token(kit.Parsed(t, kit.SignIn("r")))
	disk := safefile.Disk{Fault: func(op safefile.Op, path string) error {
		if op == safefile.OpRead && filepath.Base(path) == "key" {
			return syscall.EIO
		}
		return nil
	}}
	if _, err := Open(disk, dir); !errors.Is(err, syscall.EIO) {
		t.Errorf("error %v, want EIO", err)
	}
	if after := openAt(t, dir).Token(kit.Parsed(t, kit.SignIn("r"))); after != before {
		t.Error("the key was replaced")
	}
}
