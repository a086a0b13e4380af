package login

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func render(e ending) (body, policy string) {
	w := httptest.NewRecorder()
	writePage(w, e)
	return w.Body.String(), w.Header().Get("Content-Security-Policy")
}

func TestPages(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		end  ending
		want []string
	}{
		"success":      {ending{account: "ada@example.com"}, []string{"<title>Signed in – Rekey</title>", "<h1>Signed in</h1>", "You are signed in as ada@example.com.", "close this tab"}},
		"no name":      {ending{}, []string{"You are signed in.", "close this tab"}},
		"HTML as name": {ending{account: `<img src=x onerror="1">`}, []string{"as &lt;img src=x onerror=&#34;1&#34;&gt;."}},
		"error":        {ending{err: errors.New("étrange & <b>new</b>")}, []string{`<main class="failed">`, "<h1>Sign-in failed</h1>", "Étrange &amp; &lt;b&gt;new&lt;/b&gt;.", "Nothing was saved"}},
		"workspace":    {ending{err: &WorkspaceError{Allowed: []string{"<a>", "b"}}}, []string{`<main class="failed">`, "<h1>Wrong workspace</h1>", "workspace &lt;a&gt; or b is allowed"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, _ := render(tt.end)
			for _, want := range tt.want {
				if !strings.Contains(body, want) {
					t.Errorf("%q is not in %s", want, body)
				}
			}
			if tt.end.err == nil && strings.Contains(body, "failed\"") {
				t.Error("a success that looks like a failure")
			}
		})
	}
}

// TestPageIsSelfContained: nothing is loaded, and the policy allows exactly
// the style that is there.
func TestPageIsSelfContained(t *testing.T) {
	t.Parallel()
	body, policy := render(ending{account: "ada@example.com"})
	if found := regexp.MustCompile(`(?i)<script|<link|<img|<iframe|<form|\b(?:src|href|style|on\w+)=|url\(|@import|https?:`).FindString(body); found != "" {
		t.Errorf("the page holds %q", found)
	}
	styles := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindAllStringSubmatch(body, -1)
	if len(styles) != 1 {
		t.Fatalf("%d styles", len(styles))
	}
	sum := sha256.Sum256([]byte(styles[0][1]))
	if want := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "';"; !strings.Contains(policy, want) {
		t.Errorf("policy %q lacks %s", policy, want)
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                             "",
		"User said no":                 "User said no",
		"  two\r\n\tlines ":            "two lines",
		"bell\a, escape\x1b[31m":       "bell, escape[31m",
		"right\u202eto left\u200b":     "rightto left",
		"not \xff UTF-8":               "not \ufffd UTF-8",
		strings.Repeat("é", maxLine):   strings.Repeat("é", maxLine),
		strings.Repeat("é", maxLine+1): strings.Repeat("é", maxLine-1) + "…",
	} {
		if got := line(in); got != want {
			t.Errorf("line(%q) = %q, want %q", in, got, want)
		}
	}
}
