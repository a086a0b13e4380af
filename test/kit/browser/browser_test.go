//go:build linux

package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const page = `<!DOCTYPE html><title>A</title>
<style>body { background: white } @media (prefers-color-scheme: dark) { body { background: black } }</style>
<p>First page</p><a id="on" href="/second">on</a>`

func TestBrowser(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.URL.Path == "/second" {
			fmt.Fprint(w, "<p>Second page")
			return
		}
		fmt.Fprint(w, page)
	}))
	t.Cleanup(server.Close)
	b := Start(t)
	b.Open(t, server.URL)
	b.WaitText(t, "First page")
	b.Keep(t, t.TempDir(), "first")
	b.Click(t, "#on")
	b.WaitText(t, "Second page")
	if url := b.URL(t); url != server.URL+"/second" {
		t.Errorf("at %s", url)
	}
	var sum int
	b.Run(t, "return 1 + 1", &sum)
	if sum != 2 {
		t.Errorf("1 + 1 = %d in the page", sum)
	}
	if err := Open(b.Session(), "http://example.com/"); err == nil || !strings.Contains(err.Error(), "ERR_NAME_NOT_RESOLVED") {
		t.Errorf("the browser may leave this machine: %v", err)
	}
}
