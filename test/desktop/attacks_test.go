//go:build linux

package desktop_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"rekey/test/kit/must"
)

// attackPage does to the flow's server what a page can. It knows the port, and
// even the state, which no page can know.
const attackPage = `<!DOCTYPE html><title>Attack</title><p id="done">attacking</p><script>
const callback = '%CALLBACK%', cancel = new URL('/cancel', callback).href;
const targets = [cancel, callback, new URL('/success', callback).href];
const image = url => new Promise(end => { const i = new Image(); i.onload = i.onerror = end; i.src = url; });
const frame = url => new Promise(end => { const f = document.createElement('iframe'); f.onload = f.onerror = end; f.src = url; document.body.append(f); });
const post = url => new Promise(end => {
  const name = 'f' + Math.random(), into = document.createElement('iframe');
  into.name = name; into.src = 'about:blank'; document.body.append(into);
  const form = document.createElement('form'); form.method = 'POST'; form.action = url; form.target = name; document.body.append(form);
  into.onload = () => end(); form.submit();
});
(async () => {
  let read = 0;
  for (const url of targets) {
    for (const options of [{}, {mode: 'no-cors'}, {method: 'POST', body: 'x'}, {method: 'POST', mode: 'no-cors', body: 'x'}, {headers: {'X-A': '1'}}]) {
      try { const r = await fetch(url, options); if (r.type !== 'opaque') read++; } catch {}
    }
    await image(url); await frame(url); await post(url);
    navigator.sendBeacon(url, 'x');
  }
  document.getElementById('done').textContent = 'attacked, read ' + read;
})();
</script>`

// testPageAttacks: another tab's page does all a page can do to the callback's
// server while the user is at the approval. The sign-in goes on.
func testPageAttacks(t *testing.T, program string) {
	r, b := chromiumRig(t, program)
	item := r.startSignIn(t, b)
	approval := b.URL(t)
	page, err := url.Parse(approval)
	must.Do(t, err)
	callback := page.Query().Get("redirect_uri") + "?code=stolen&state=" + url.QueryEscape(page.Query().Get("state"))
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(strings.Replace(attackPage, "%CALLBACK%", callback, 1)))
	}))
	defer evil.Close()
	b.Open(t, strings.Replace(evil.URL, "127.0.0.1", "localhost", 1)) // another site to the browser
	b.WaitText(t, "attacked, read 0")
	if got := outcomes(r.server); len(got) != 1 {
		t.Errorf("requests to the authorization server: %q", got)
	}

	b.Open(t, approval)
	b.Click(t, "#approve")
	b.WaitText(t, "You are signed in as ada@example.com.")
	item.WaitTooltip(t, signedIn)
}
