package login

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func render(e ending, languages ...string) (body, policy string) {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for _, list := range languages {
		r.Header.Add("Accept-Language", list)
	}
	writePage(w, r, e)
	return w.Body.String(), w.Header().Get("Content-Security-Policy")
}

func TestPages(t *testing.T) {
	for name, tt := range map[string]struct {
		end  ending
		want []string
	}{
		"success":      {ending{account: "ada@example.com"}, []string{"<title>Signed in – Rekey</title>", "<h1>Signed in</h1>", "You are signed in as ada@example.com.", "close this tab"}},
		"no name":      {ending{}, []string{"You are signed in.", "close this tab"}},
		"HTML as name": {ending{account: `<img src=x onerror="1">`}, []string{"as &lt;img src=x onerror=&#34;1&#34;&gt;."}},
		"error":        {ending{err: errors.New("étrange & <b>new</b>")}, []string{`<main class="failed">`, "<h1>Sign-in failed</h1>", "Étrange &amp; &lt;b&gt;new&lt;/b&gt;.", "Nothing was saved"}},
		"workspace":    {ending{err: &WorkspaceError{Allowed: []string{"<a>", "b"}}}, []string{`<main class="failed">`, "<h1>Wrong workspace</h1>", "workspace &lt;a&gt; or b is allowed"}},
	} {
		t.Run(name, func(t *testing.T) {
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

// TestPagesSpeakTheReadersLanguage: the browser says which one.
func TestPagesSpeakTheReadersLanguage(t *testing.T) {
	for name, tt := range map[string]struct {
		languages []string
		end       ending
		want      []string
	}{
		"Chinese":            {[]string{"zh-CN,zh;q=0.9,en;q=0.8"}, ending{account: "ada@example.com"}, []string{`<html lang="zh-Hans">`, "<h1>登录成功</h1>", "你已使用 ada@example.com 登录。", "可以关闭此标签页了。"}},
		"no name":            {[]string{"zh"}, ending{}, []string{"你已登录。"}},
		"one more step":      {[]string{"zh"}, ending{unconfirmed: true}, []string{"<h1>还差一步</h1>", "请回到 Rekey"}},
		"an error":           {[]string{"zh-CN"}, ending{err: ErrNoCode}, []string{"<h1>登录失败</h1>", "授权服务器未返回授权码，登录无法完成。"}},
		"the server's words": {[]string{"zh-CN"}, ending{err: &DeniedError{Description: "<b>no</b>"}}, []string{"登录被拒绝：&lt;b&gt;no&lt;/b&gt;。"}},
		"workspace":          {[]string{"zh-CN"}, ending{err: &WorkspaceError{Allowed: []string{"w"}}}, []string{"<h1>工作区不正确</h1>", "只允许登录到工作区 w，"}},
		"English first":      {[]string{"en-GB, zh;q=0.5"}, ending{}, []string{`<html lang="en">`, "<h1>Signed in</h1>"}},
		"neither":            {[]string{"nl", "da"}, ending{}, []string{`<html lang="en">`}},
		"German":             {[]string{"de-AT,de;q=0.9"}, ending{account: "ada@example.com"}, []string{`<html lang="de">`, "Sie sind als ada@example.com angemeldet."}},
		"nonsense":           {[]string{`"><script>`}, ending{}, []string{`<html lang="en">`}},
	} {
		t.Run(name, func(t *testing.T) {
			body, _ := render(tt.end, tt.languages...)
			for _, want := range tt.want {
				if !strings.Contains(body, want) {
					t.Errorf("%q is not in %s", want, body)
				}
			}
		})
	}
}

// TestPageIsSelfContained: nothing is loaded, and the policy allows exactly
// the style that is there.
func TestPageIsSelfContained(t *testing.T) {
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
