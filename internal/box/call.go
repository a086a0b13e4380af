package box

import (
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// maxBody bounds a request body, in bytes.
const maxBody = 1 << 20

// call is one request to an endpoint. Its outcome is recorded before the answer
// is sent, so that a client that has the answer finds it in the journal.
type call struct {
	w       http.ResponseWriter
	r       *http.Request
	journal *journal
	now     time.Time
	place   int // in the journal, -1 before it is there
	done    bool
}

// endpoint makes a handler of a function over calls.
func (s *Server) endpoint(handle func(*call)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		c := &call{w: w, r: r, journal: s.journal, now: s.cfg.Now(), place: -1}
		defer c.ended(OutcomeDropped)
		handle(c)
	})
}

// arrived records the request; details come from its body.
func (c *call) arrived(details Request) {
	details.At, details.Method, details.Endpoint = c.now, c.r.Method, c.r.URL.Path
	details.Header, details.Outcome = c.r.Header.Clone(), OutcomePending
	c.place = c.journal.arrived(details)
}

// ended records the outcome, unless there is one already.
func (c *call) ended(outcome string) {
	if c.done {
		return
	}
	if c.place < 0 {
		c.arrived(Request{})
	}
	c.done = true
	c.journal.ended(c.place, outcome)
}

// decode reads the body as JSON; if it is not JSON, decode answers the call and
// returns false.
func (c *call) decode(into any) bool {
	if err := json.NewDecoder(c.r.Body).Decode(into); err != nil {
		c.refuse(http.StatusBadRequest, "invalid_request")
		return false
	}
	return true
}

// answer does what f says; see Server.Answer.
func (c *call) answer(f func([]Request) Reply) {
	body, err := io.ReadAll(c.r.Body)
	if err != nil {
		c.drop()
	}
	c.arrived(Request{Body: string(body)})
	all, _ := c.journal.look()
	reply := f(all[:c.place+1])
	if !reply.hold(c.r.Context()) || reply.Drop {
		c.drop()
	}
	c.ended(OutcomeScripted)
	reply.write(c.w)
}

// grant sends a successful answer.
func (c *call) grant(answer any) {
	c.ended(OutcomeOK)
	Reply{Status: http.StatusOK, Body: encode(answer)}.write(c.w)
}

// refuse answers in OpenAI's form: {"error":{"code":…}}.
func (c *call) refuse(status int, code string) {
	c.ended(code)
	Refusal(status, code).write(c.w)
}

// fail answers in the standard form (RFC 6749, section 5.2): {"error":…}.
func (c *call) fail(code string) {
	c.ended(code)
	Reply{Status: http.StatusBadRequest, Body: encode(map[string]string{"error": code})}.write(c.w)
}

// drop closes the connection without an answer.
func (c *call) drop() { panic(http.ErrAbortHandler) }

// refusal is OpenAI's form of an error.
func refusal(code string) any {
	type inner struct {
		Message string  `json:"message"`
		Type    string  `json:"type"`
		Param   *string `json:"param"`
		Code    string  `json:"code"`
	}
	return map[string]inner{"error": {Message: "Refused: " + code + ".", Type: "invalid_request_error", Code: code}}
}
