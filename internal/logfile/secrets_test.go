package logfile

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"rekey/auth"
	"rekey/auth/authority"
	"rekey/internal/box"
	"rekey/test/kit/must"
)

// carriers is a value of every type of the model and of the authority's client
// that can hold a secret. That it is every one is tested below.
func carriers(t *testing.T, secret string) map[string]any {
	t.Helper()
	s := auth.NewSecret(secret)
	answer := auth.TokenResponse{IDToken: &s, AccessToken: &s, RefreshToken: &s}
	stored := box.AuthJSON(box.WithAccessToken(secret), box.WithRefreshToken(secret))
	stored = append([]byte(`{"later": "`+secret+`",`), bytes.TrimSpace(stored)[1:]...) // a field of a newer Codex
	snapshot := must.Get(auth.ParseSnapshot(stored))(t)
	return map[string]any{
		"auth.Secret":           s,
		"auth.Snapshot":         *snapshot,
		"auth.RefreshRequest":   auth.RefreshRequest{RefreshToken: s},
		"auth.TokenResponse":    answer,
		"auth.ExternalTokens":   auth.ExternalTokens{AccessToken: s},
		"auth.AccessToken":      auth.AccessToken{Token: s},
		"auth.SignIn":           auth.SignIn{IDToken: s, AccessToken: s, RefreshToken: s},
		"auth.EscrowEntry":      auth.EscrowEntry{Answer: &answer},
		"auth.Facts":            auth.Facts{Snapshot: snapshot, LastGood: snapshot},
		"authority.CodeGrant":   authority.CodeGrant{Code: s, Verifier: s},
		"authority.Tokens":      authority.Tokens{ID: s, Access: s, Refresh: s},
		"authority.DeviceGrant": authority.DeviceGrant{ID: s},
	}
}

// Whatever is logged, and however, no token is in the file or on standard error.
func TestSecretsAreNotLogged(t *testing.T) {
	const secret = "not-a-real-token-5e1f"
	path := filepath.Join(t.TempDir(), "rekey.log")
	var stderr bytes.Buffer
	log := New(Options{Path: path, Level: slog.LevelDebug, Stderr: &stderr, StderrLevel: slog.LevelDebug})
	log.Info("the line that proves that something is written", "value", "plain")
	for name, value := range carriers(t, secret) {
		pointer := reflect.New(reflect.TypeOf(value))
		pointer.Elem().Set(reflect.ValueOf(value))
		for _, v := range []any{
			value, pointer.Interface(), []any{value}, map[string]any{"in": value}, struct{ V any }{value},
			fmt.Errorf("wrapped: %v %+v", value, pointer.Interface()), fmt.Sprintf("%v %+v %#v %s %q %x %d", value, value, value, value, value, value, value),
		} {
			log.Info("a value", "type", name, "value", v)
			log.With("value", v).WithGroup("group").Info("a value", slog.Group("deeper", "value", v))
		}
	}
	file, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(file, []byte("value=plain")) {
		t.Fatalf("nothing was logged: %v", err)
	}
	for where, text := range map[string][]byte{"the file": file, "standard error": stderr.Bytes()} {
		for _, form := range []string{secret, fmt.Sprintf("%x", secret), fmt.Sprintf("%X", secret), strings.Trim(fmt.Sprint([]byte(secret)), "[]")} {
			if at := bytes.Index(text, []byte(form)); at >= 0 {
				begin := max(bytes.LastIndexByte(text[:at], '\n'), 0)
				t.Errorf("%s shows a secret: %.300s", where, text[begin:])
			}
		}
	}
}

// The list above has every exported type that has a secret in a field, and
// those that have such a type in one.
func TestEveryCarrierIsTried(t *testing.T) {
	known := carriers(t, "not-a-real-token")
	var found []string
	for pkg, dir := range map[string]string{"auth": "../../auth", "authority": "../../auth/authority"} {
		found = append(found, holders(t, pkg, dir)...)
	}
	if len(found) < 5 {
		t.Fatalf("only %q", found)
	}
	for _, name := range found {
		if known[name] == nil {
			t.Errorf("%s can hold a secret and is not tried", name)
		}
	}
}

// holders lists the exported struct types of a package that hold a secret in
// an exported field.
func holders(t *testing.T, pkg, dir string) (found []string) {
	t.Helper()
	secret := []string{"Secret", "Snapshot", "TokenResponse", "tokens"}
	paths := must.Get(filepath.Glob(filepath.Join(dir, "*.go")))(t)
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file := must.Get(parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution))(t)
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			fields, ok := spec.Type.(*ast.StructType)
			if !ok || !spec.Name.IsExported() {
				return false
			}
			holds := false
			for _, f := range fields.Fields.List {
				if len(f.Names) > 0 && !f.Names[0].IsExported() {
					continue
				}
				ast.Inspect(f.Type, func(n ast.Node) bool {
					if _, ok := n.(*ast.FuncType); ok {
						return false // who calls it gets nothing to print
					}
					id, ok := n.(*ast.Ident)
					holds = holds || ok && slices.Contains(secret, id.Name)
					return true
				})
			}
			if holds {
				found = append(found, pkg+"."+spec.Name.Name)
			}
			return false
		})
	}
	return found
}
