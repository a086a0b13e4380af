package replay

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// authFile is the path of the sign-in in a home.
func authFile(home string) string { return filepath.Join(home, "auth.json") }

// writeAuth puts auth.json where a case wants it. raw is expanded: null, a
// string with the bytes, an object with the content, or one of the special
// forms, an object with a member $kind.
func writeAuth(home string, raw json.RawMessage, mode string) error {
	if absent(raw) {
		return nil
	}
	var form struct {
		Kind    string          `json:"$kind"`
		Target  string          `json:"target"`
		Content json.RawMessage `json:"content"`
	}
	if raw[0] == '{' {
		if err := json.Unmarshal(raw, &form); err != nil {
			form.Kind = "" // an ordinary object whose members have other types
		}
	}
	switch form.Kind {
	case "":
		return writeFile(authFile(home), raw, mode)
	case "symlink":
		if len(form.Content) > 0 {
			if err := writeFile(filepath.Join(home, form.Target), form.Content, mode); err != nil {
				return err
			}
		}
		return os.Symlink(form.Target, authFile(home))
	}
	return fmt.Errorf("auth.json of kind %q", form.Kind)
}

// writeFile rewrites or creates a file and sets its mode, "" for 0600.
func writeFile(path string, raw json.RawMessage, mode string) error {
	content, err := contentOf(raw)
	if err != nil {
		return err
	}
	bits, err := permissions(mode, 0o600)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return err
	}
	return os.Chmod(path, bits)
}

// permissions reads octal permission bits.
func permissions(mode string, otherwise fs.FileMode) (fs.FileMode, error) {
	if mode == "" {
		return otherwise, nil
	}
	bits, err := strconv.ParseUint(mode, 8, 9)
	if err != nil {
		return 0, fmt.Errorf("a mode of the case: %w", err)
	}
	return fs.FileMode(bits), nil
}

// writeExtra puts one of given.files into the home. raw is expanded.
func writeExtra(home, name string, raw json.RawMessage) error {
	var form struct {
		Kind    string          `json:"kind"`
		Target  string          `json:"target"`
		Content json.RawMessage `json:"content"`
		Mode    string          `json:"mode"`
	}
	if err := json.Unmarshal(raw, &form); err != nil {
		return fmt.Errorf("file %s of the case: %w", name, err)
	}
	path := filepath.Join(home, name)
	switch form.Kind {
	case "directory":
		return os.Mkdir(path, 0o777)
	case "hardlink":
		return os.Link(filepath.Join(home, form.Target), path)
	}
	if len(form.Content) == 0 {
		form.Content = json.RawMessage(`""`)
	}
	if form.Mode == "" {
		form.Mode = "0644"
	}
	return writeFile(path, form.Content, form.Mode)
}

// authState is what auth.json is like. The zero values of mode and content
// mean that it has none.
type authState struct {
	kind    string // absent, file, directory or symlink
	mode    string
	content []byte
	hasText bool
}

// look reads the state of auth.json.
func look(home string) (authState, error) {
	path := authFile(home)
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return authState{kind: "absent"}, nil
	}
	if err != nil {
		return authState{}, err
	}
	s := authState{kind: "file", mode: octal(info)}
	switch {
	case info.IsDir():
		s.kind = "directory"
		return s, nil
	case info.Mode()&fs.ModeSymlink != 0:
		s.kind = "symlink"
		target, err := os.Stat(path)
		if err != nil {
			return s, nil // it dangles
		}
		s.mode = octal(target)
	}
	s.content, err = os.ReadFile(path)
	if errors.Is(err, fs.ErrPermission) { // the case took the right to read, which root has all the same
		if err = os.Chmod(path, 0o400); err == nil {
			s.content, err = os.ReadFile(path)
			err = errors.Join(err, os.Chmod(path, info.Mode().Perm()))
		}
	}
	s.hasText = err == nil
	return s, err
}

func octal(info fs.FileInfo) string { return fmt.Sprintf("%04o", info.Mode().Perm()) }

// describe returns the state of auth.json in the words of a case's "after".
func (s authState) describe(before authState, t *templates) map[string]any {
	out := map[string]any{"kind": s.kind}
	if s.mode != "" {
		out["mode"] = s.mode
	}
	if !s.hasText {
		return out
	}
	unchanged := before.hasText && string(before.content) == string(s.content)
	out["unchanged"] = unchanged
	if !unchanged {
		out["auth_json"] = nil
		if v, err := decodeValue(s.content); err == nil {
			out["auth_json"] = t.collapse(v)
		}
	}
	return out
}
