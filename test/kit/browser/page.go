//go:build linux

package browser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/must"
)

// Open shows a page and waits until it is loaded.
func (b *Browser) Open(t testing.TB, url string) {
	t.Helper()
	must.Do(t, Open(b.Session(), url))
}

// URL is the address of the page that is shown.
func (b *Browser) URL(t testing.TB) (url string) {
	t.Helper()
	b.must(t, b.session.call("GET", "/url", nil, &url))
	return url
}

// WaitText waits until the page says this.
func (b *Browser) WaitText(t testing.TB, want string) {
	t.Helper()
	last := ""
	defer func() {
		if t.Failed() {
			t.Logf("the browser shows %s:\n%s", b.URL(t), last)
		}
	}()
	kit.Eventually(t, "a page that says "+want, func() bool {
		// While one page follows another there may be none.
		var text string
		err := b.session.call("POST", "/execute/sync", script("return document.body ? document.body.innerText : ''"), &text)
		if err == nil {
			last = text
		}
		return strings.Contains(last, want)
	})
}

// Click clicks on what the CSS selector finds, as soon as it is there.
func (b *Browser) Click(t testing.TB, selector string) {
	t.Helper()
	var element map[string]string
	kit.Eventually(t, selector+" on the page", func() bool {
		return b.session.call("POST", "/element", map[string]string{"using": "css selector", "value": selector}, &element) == nil
	})
	for _, id := range element { // the one member's name is WebDriver's
		b.must(t, b.session.call("POST", "/element/"+id+"/click", nil, nil))
	}
}

// Run runs a function body in the page; what it returns goes to result, unless
// that is nil.
func (b *Browser) Run(t testing.TB, body string, result any) {
	t.Helper()
	b.must(t, b.session.call("POST", "/execute/sync", script(body), result))
}

func script(body string) any {
	return map[string]any{"script": body, "args": []any{}}
}

// Prefer sets what pages are told of the user's taste: "light" or "dark".
func (b *Browser) Prefer(t testing.TB, scheme string) {
	t.Helper()
	b.must(t, b.session.call("POST", "/goog/cdp/execute", map[string]any{
		"cmd": "Emulation.setEmulatedMedia",
		"params": map[string]any{
			"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}},
		},
	}, nil))
}

// Keep writes a picture of the page, in light and in dark, to
// artefacts/<test>/<name>-light.png and -dark.png in the folder root.
func (b *Browser) Keep(t testing.TB, root, name string) {
	t.Helper()
	dir := filepath.Join(root, "artefacts", filepath.FromSlash(t.Name()))
	b.must(t, os.MkdirAll(dir, 0o755))
	var pictures [2][]byte
	for i, scheme := range []string{"light", "dark"} {
		b.Prefer(t, scheme)
		b.must(t, b.session.call("GET", "/screenshot", nil, &pictures[i]))
		b.must(t, os.WriteFile(filepath.Join(dir, name+"-"+scheme+".png"), pictures[i], 0o644))
	}
	if string(pictures[0]) == string(pictures[1]) {
		t.Errorf("%s looks the same in light and in dark", name)
	}
	b.Prefer(t, "light")
}

func (b *Browser) must(t testing.TB, err error) {
	t.Helper()
	must.Do(t, err)
}
