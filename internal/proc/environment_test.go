package proc

import (
	"slices"
	"testing"
)

func TestEnvironment(t *testing.T) {
	ours := map[string]string{
		"PATH": "/bin", "HOME": "/home/ada", "LANG": "", "HTTPS_PROXY": "http://127.0.0.1:1",
		"OPENAI_API_KEY": "sk-fake", "CODEX_ACCESS_TOKEN": "at-fake", "LD_PRELOAD": "/x.so", "GITHUB_TOKEN": "fake",
	}
	lookup := func(name string) (string, bool) { v, ok := ours[name]; return v, ok }
	if got, want := Environment(lookup), []string{"PATH=/bin", "HOME=/home/ada", "LANG="}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	got := Environment(lookup, "HTTPS_PROXY", "NO_PROXY")
	if want := []string{"PATH=/bin", "HOME=/home/ada", "LANG=", "HTTPS_PROXY=http://127.0.0.1:1"}; !slices.Equal(got, want) {
		t.Errorf("with more: got %q, want %q", got, want)
	}
}
