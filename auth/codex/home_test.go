package codex

import (
	"errors"
	"path/filepath"
	"testing"

	"rekey/test/kit/files"
)

func TestResolveHome(t *testing.T) {
	dir := files.TempDir(t)
	user, real := filepath.Join(dir, "user"), filepath.Join(dir, "real")
	files.Mkdir(t, user, real)
	files.Symlink(t, "real", filepath.Join(dir, "link"))
	files.Symlink(t, "nowhere", filepath.Join(dir, "dangling"))
	files.Write(t, filepath.Join(dir, "file"), nil)
	for _, tt := range []struct {
		name, env string
		want      string
		wantErr   error // nil with want "": any error
	}{
		{name: "unset", want: filepath.Join(user, ".codex")},
		{name: "set", env: real, want: real},
		{name: "symbolic link", env: filepath.Join(dir, "link"), want: real},
		{name: "not tidy", env: real + "/./../real/", want: real},
		{name: "missing", env: filepath.Join(dir, "no", "such"), want: filepath.Join(dir, "no", "such"), wantErr: ErrHomeMissing},
		{name: "dangling", env: filepath.Join(dir, "dangling"), want: filepath.Join(dir, "nowhere"), wantErr: ErrHomeMissing},
		{name: "a file", env: filepath.Join(dir, "file")},
		{name: "tilde is not expanded", env: filepath.Join(dir, "~"), want: filepath.Join(dir, "~"), wantErr: ErrHomeMissing},
	} {
		t.Run(tt.name, func(t *testing.T) {
			getenv := func(string) string { return tt.env }
			got, err := ResolveHome(getenv, func() (string, error) { return user, nil })
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			switch {
			case tt.want == "" && err == nil:
				t.Error("no error")
			case tt.want != "" && !errors.Is(err, tt.wantErr):
				t.Errorf("error %v, want %v", err, tt.wantErr)
			}
		})
	}
}

func TestResolveHomeWithoutUserHome(t *testing.T) {
	lost := errors.New("no home")
	_, err := ResolveHome(func(string) string { return "" }, func() (string, error) { return "", lost })
	if !errors.Is(err, lost) {
		t.Errorf("error %v, want %v", err, lost)
	}
}

// The links are those that were tried on Codex: it writes to the same places.
func TestCredentialPath(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(t *testing.T, dir, home string)
		want string // below dir, "" for an error
	}{
		{"plain", func(*testing.T, string, string) {}, "home/auth.json"},
		{"link", func(t *testing.T, dir, home string) {
			files.Symlink(t, "../dots/real.json", filepath.Join(home, "auth.json"))
			files.Write(t, filepath.Join(dir, "dots/real.json"), nil)
		}, "dots/real.json"},
		{"dangling link", func(t *testing.T, _, home string) {
			files.Symlink(t, "../dots/real.json", filepath.Join(home, "auth.json"))
		}, "dots/real.json"},
		{"dangling link into a missing folder", func(t *testing.T, _, home string) {
			files.Symlink(t, "../gone/real.json", filepath.Join(home, "auth.json"))
		}, "gone/real.json"},
		{"chain through a linked folder", func(t *testing.T, dir, home string) {
			files.Mkdir(t, filepath.Join(dir, "dots/deep"))
			files.Symlink(t, "../dots/deep", filepath.Join(home, "d"))
			files.Symlink(t, "d/next.json", filepath.Join(home, "auth.json"))
			files.Symlink(t, "../real.json", filepath.Join(dir, "dots/deep/next.json"))
		}, "dots/real.json"},
		{"loop", func(t *testing.T, _, home string) {
			files.Symlink(t, "auth.json", filepath.Join(home, "auth.json"))
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := files.TempDir(t)
			home := filepath.Join(dir, "home")
			files.Mkdir(t, home, filepath.Join(dir, "dots"))
			tt.make(t, dir, home)
			got, err := CredentialPath(home)
			if tt.want == "" {
				if err == nil {
					t.Errorf("got %q and no error", got)
				}
				return
			}
			if want := filepath.Join(dir, tt.want); err != nil || got != want {
				t.Errorf("got %q, %v; want %q", got, err, want)
			}
		})
	}
}

func TestIDIsOneForHomesThatShareASignIn(t *testing.T) {
	dir := files.TempDir(t)
	a, b, c := filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "c")
	files.Mkdir(t, a, b, c)
	files.Symlink(t, "../a/auth.json", filepath.Join(b, "auth.json"))
	ids := make(map[string]string)
	for _, home := range []string{a, b, c} {
		id, err := ID(home)
		if err != nil || len(id) != 16 {
			t.Fatalf("ID(%s) = %q, %v", home, id, err)
		}
		ids[home] = id
	}
	if ids[a] != ids[b] || ids[a] == ids[c] {
		t.Errorf("IDs %v", ids)
	}
}
