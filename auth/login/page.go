package login

import (
	"crypto/sha256"
	_ "embed" // the page
	"encoding/base64"
	"errors"
	"html"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"rekey/assets/lang"
)

// The page at the end of a sign-in, and its style.
var (
	//go:embed pages/result.html
	resultHTML string
	//go:embed pages/result.css
	resultCSS string
)

// page is what stands in pages/result.html for its placeholders.
type page struct {
	Language          string
	Title, Lead, Hint string
	look              look
}

// look is how the page shows an ending: its class in the style, and a drawing.
type look struct{ class, drawing string }

var (
	good    = look{"good", `<circle cx="24" cy="24" r="21"/><path class="mark" d="m14 25 7 7 13-15"/>`}
	waiting = look{"waiting", `<circle cx="24" cy="24" r="21"/><path class="mark" d="M14 24h.01M24 24h.01M34 24h.01"/>`}
	failed  = look{"failed", `<path d="M24 4 46 43H2Z"/><path class="mark" d="M24 18v12m0 6v1"/>`}
)

// pageFor chooses the words for the end of a flow, in the language of p.
func pageFor(p lang.Printer, e ending) page {
	var workspace *WorkspaceError
	switch {
	case errors.As(e.err, &workspace):
		return page{
			Title: p.Say("page.wrong_workspace"), look: failed, Lead: sentence(p, e.err),
			Hint: p.Say("page.choose_workspace"),
		}
	case e.err != nil:
		return page{Title: p.Say("page.failed"), look: failed, Lead: sentence(p, e.err), Hint: p.Say("page.start_again")}
	case e.unconfirmed:
		return page{Title: p.Say("page.one_more_step"), look: waiting, Lead: chosen(p, e.account), Hint: p.Say("page.confirm")}
	}
	return page{Title: p.Say("page.signed_in"), look: good, Lead: signedIn(p, e.account), Hint: p.Say("page.close_tab")}
}

// html is the page. Words stand only between tags and in quoted attributes,
// where escaping them is enough.
func (p page) html(style string) string {
	return strings.NewReplacer(
		"{{language}}", html.EscapeString(p.Language), "{{title}}", html.EscapeString(p.Title),
		"{{lead}}", html.EscapeString(p.Lead), "{{hint}}", html.EscapeString(p.Hint),
		"{{class}}", p.look.class, "{{drawing}}", p.look.drawing, "{{style}}", style,
	).Replace(resultHTML)
}

// signedIn says which account has signed in, if known.
func signedIn(p lang.Printer, account string) string {
	if account == "" {
		return p.Say("page.signed_in_nobody")
	}
	return p.Say("page.signed_in_as", "Account", account)
}

// chosen says which account waits for confirmation, if known.
func chosen(p lang.Printer, account string) string {
	if account == "" {
		return p.Say("page.chosen_another")
	}
	return p.Say("page.chosen", "Account", account)
}

// sentence turns an error's text into a sentence.
func sentence(p lang.Printer, err error) string {
	text := p.Error(err)
	first, size := utf8.DecodeRuneInString(text)
	return p.Say("reason.sentence", "Why", string(unicode.ToUpper(first))+text[size:])
}

// writePage writes the page that ends the flow in the browser, in the browser's
// language.
func writePage(w http.ResponseWriter, r *http.Request, e ending) {
	speech := reader(r)
	p := pageFor(speech, e)
	p.Language = speech.Language()
	sum := sha256.Sum256([]byte(resultCSS))
	write(w, http.StatusOK, "text/html; charset=utf-8", []byte(p.html(resultCSS)),
		"style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'; ")
}

// reader returns the Printer for the browser's language.
func reader(r *http.Request) lang.Printer { return lang.For(r.Header.Values("Accept-Language")...) }

// refuse writes a line of plain text.
func refuse(w http.ResponseWriter, status int, text string) {
	write(w, status, "text/plain; charset=utf-8", []byte(text), "")
}

// write sends a response that browsers do not store, frame, sniff or leak, and
// flushes it before the server may be closed.
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
