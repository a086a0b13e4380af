package login

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"unicode"
	"unicode/utf8"
)

//go:embed pages
var pages embed.FS

// page is what the template shows.
type page struct {
	Title, Lead, Hint string
	Failed, Waiting   bool
	Style             template.CSS
}

// pageFor chooses the words for the end of a flow.
func pageFor(e ending) page {
	var workspace *WorkspaceError
	switch {
	case errors.As(e.err, &workspace):
		return page{
			Title: "Wrong workspace", Failed: true, Lead: sentence(e.err),
			Hint: "Nothing was saved. Start again and choose the right workspace.",
		}
	case e.err != nil:
		return page{
			Title: "Sign-in failed", Failed: true, Lead: sentence(e.err),
			Hint: "Nothing was saved. You can close this tab and start again.",
		}
	case e.unconfirmed:
		return page{
			Title: "One more step", Waiting: true, Lead: signedIn(e.account),
			Hint: "Go back to Rekey to confirm that you want this account. You can close this tab.",
		}
	}
	return page{Title: "Signed in", Lead: signedIn(e.account), Hint: "You can close this tab."}
}

// signedIn says as whom, where that is known.
func signedIn(account string) string {
	if account == "" {
		return "You are signed in."
	}
	return "You are signed in as " + account + "."
}

// sentence makes a sentence of an error's text.
func sentence(err error) string {
	text := err.Error()
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:] + "."
}

// writePage writes the page that ends the flow in the browser.
func writePage(w http.ResponseWriter, e ending) {
	style, _ := pages.ReadFile("pages/result.css") // embedded: it is there
	p := pageFor(e)
	p.Style = template.CSS(style)
	var body bytes.Buffer
	t, err := template.ParseFS(pages, "pages/result.html")
	if err == nil {
		err = t.Execute(&body, p)
	}
	if err != nil { // a mistake in the template: the words matter more
		refuse(w, http.StatusOK, p.Title+". "+p.Lead)
		return
	}
	sum := sha256.Sum256(style)
	write(w, http.StatusOK, "text/html; charset=utf-8", body.Bytes(),
		"style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'; ")
}

// refuse writes a line of plain text, also where nothing is refused.
func refuse(w http.ResponseWriter, status int, text string) {
	write(w, status, "text/plain; charset=utf-8", []byte(text), "")
}

// write sends an answer that no browser keeps, frames, interprets or passes on,
// and makes sure that it has left before the server may be closed.
func write(w http.ResponseWriter, status int, contentType string, body []byte, policy string) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Content-Security-Policy", "default-src 'none'; "+policy+"base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer") // the address of the page holds the code
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	h.Set("Connection", "close")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the browser may be gone
	_ = http.NewResponseController(w).Flush()
}
