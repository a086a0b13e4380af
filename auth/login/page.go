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

	"rekey/assets/lang"
)

//go:embed pages
var pages embed.FS

// page is what the template shows.
type page struct {
	Language          string
	Title, Lead, Hint string
	Failed, Waiting   bool
	Style             template.CSS
}

// pageFor chooses the words for the end of a flow, in the language of p.
func pageFor(p lang.Printer, e ending) page {
	var workspace *WorkspaceError
	switch {
	case errors.As(e.err, &workspace):
		return page{
			Title: p.Say("page.wrong_workspace"), Failed: true, Lead: sentence(p, e.err),
			Hint: p.Say("page.choose_workspace"),
		}
	case e.err != nil:
		return page{Title: p.Say("page.failed"), Failed: true, Lead: sentence(p, e.err), Hint: p.Say("page.start_again")}
	case e.unconfirmed:
		return page{Title: p.Say("page.one_more_step"), Waiting: true, Lead: chosen(p, e.account), Hint: p.Say("page.confirm")}
	}
	return page{Title: p.Say("page.signed_in"), Lead: signedIn(p, e.account), Hint: p.Say("page.close_tab")}
}

// signedIn says as whom, where that is known.
func signedIn(p lang.Printer, account string) string {
	if account == "" {
		return p.Say("page.signed_in_nobody")
	}
	return p.Say("page.signed_in_as", "Account", account)
}

// chosen says which account waits for a yes, where that is known.
func chosen(p lang.Printer, account string) string {
	if account == "" {
		return p.Say("page.chosen_another")
	}
	return p.Say("page.chosen", "Account", account)
}

// sentence makes a sentence of an error's text.
func sentence(p lang.Printer, err error) string {
	text := p.Error(err)
	first, size := utf8.DecodeRuneInString(text)
	return p.Say("reason.sentence", "Why", string(unicode.ToUpper(first))+text[size:])
}

// writePage writes the page that ends the flow in the browser, in the language
// that the browser asks for.
func writePage(w http.ResponseWriter, r *http.Request, e ending) {
	style, _ := pages.ReadFile("pages/result.css") // embedded: it is there
	speech := reader(r)
	p := pageFor(speech, e)
	p.Language = speech.Language()
	p.Style = template.CSS(style)
	var body bytes.Buffer
	t, err := template.ParseFS(pages, "pages/result.html")
	if err == nil {
		err = t.Execute(&body, p)
	}
	if err != nil { // a mistake in the template: the words matter more
		refuse(w, http.StatusOK, p.Lead)
		return
	}
	sum := sha256.Sum256(style)
	write(w, http.StatusOK, "text/html; charset=utf-8", body.Bytes(),
		"style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'; ")
}

// reader is the language that the browser asks for.
func reader(r *http.Request) lang.Printer { return lang.For(r.Header.Values("Accept-Language")...) }

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
