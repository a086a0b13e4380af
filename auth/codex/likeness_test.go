package codex

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rekey/test/kit/must"
)

func TestMakeLike(t *testing.T) {
	from, to, outside := t.TempDir(), t.TempDir(), t.TempDir()
	write := func(dir, name, text string, mode os.FileMode) {
		t.Helper()
		path := filepath.Join(dir, filepath.FromSlash(name))
		must.Do(t, errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), mode)))
	}
	write(from, "config.toml", "model = \"gpt\"\n[mcp_servers.x.env]\nAPI_KEY = \"fake-value-of-a-key\"\n", 0o644)
	write(from, "AGENTS.md", "Be brief.\n", 0o644)
	write(from, "auth.json", "{}", 0o600)
	write(from, "sessions/2026/rollout.jsonl", "{}", 0o600)
	write(from, "prompts/review.md", "Look at token handling: max_tokens = 12345678\n", 0o644)
	write(from, "prompts/mine.md", "from there", 0o644)
	write(from, "skills/build/run.sh", "#!/bin/sh\n", 0o755)
	write(from, "skills/big", strings.Repeat("x", maxLikeFile+1), 0o644)
	write(to, "prompts/mine.md", "already here", 0o644)
	write(outside, "secret.md", "elsewhere", 0o644)
	if err := os.Symlink(filepath.Join(outside, "secret.md"), filepath.Join(from, "prompts", "link.md")); err != nil {
		t.Log("no links here:", err)
	}
	copied, left, err := MakeLike(from, to)
	if err != nil || !slices.Equal(copied, []string{"AGENTS.md", "prompts/review.md", "skills/build/run.sh"}) {
		t.Errorf("copied %q, %v", copied, err)
	}
	why := make(map[string]string)
	for _, l := range left {
		why[l.File] = l.Why.Error()
	}
	if !strings.HasPrefix(why["config.toml"], "line 3 may hold a secret") || why["skills/big"] != "it is larger than 1 MiB" || strings.Contains(why["config.toml"], "fake") {
		t.Errorf("left are %q", why)
	}
	for name, want := range map[string]string{"AGENTS.md": "Be brief.\n", "prompts/mine.md": "already here"} {
		if got, _ := os.ReadFile(filepath.Join(to, filepath.FromSlash(name))); string(got) != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	for _, name := range []string{"auth.json", "sessions", "config.toml", "prompts/link.md"} {
		if _, err := os.Lstat(filepath.Join(to, filepath.FromSlash(name))); err == nil {
			t.Errorf("%s was copied", name)
		}
	}
}

func TestSecretLine(t *testing.T) {
	for text, want := range map[string]int{
		"":                             0,
		"model = \"gpt-5\"":            0,
		"max_tokens = 400":             0,
		"env_key = \"OPENAI_API_KEY\"": 0,
		"bearer_token_env_var = \"GITHUB_TOKEN_VARIABLE\"": 0,
		"Explain what an API key is: it is long.":          0,
		"password: hunter2hunter2":                         1,
		"\n\nexperimental_bearer_token = \"abcdefghijkl\"": 3,
		"\"Authorization\" = \"Bearer x\"":                 1,
		"export GH=ghp_0123456789abcdef0123":               1,
		"url = \"https://ada:fake@example.com/\"":          1,
		"-----BEGIN OPENSSH PRIVATE KEY-----":              1,
		"x = eyJhbGciOiJub25lIn0.e30.":                     1,
		"key sk-proj-0123456789abcdef":                     1,
	} {
		if got := secretLine([]byte(text)); got != want {
			t.Errorf("%q: line %d, want %d", text, got, want)
		}
	}
}
