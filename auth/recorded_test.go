package auth

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The files in testdata/recorded are what Codex 0.169.0 did, recorded from the
// real program; testdata/README.md says how to read them.

// recording is one such file.
type recording struct {
	// Short names long strings; every text of the file has them replaced.
	Short map[string]string `json:"short"`
	// Shared holds what "@name" stands for.
	Shared map[string]json.RawMessage `json:"shared"`
	Cases  []recordedCase             `json:"cases"`
}

// recordedCase is one life of one Codex process.
type recordedCase struct {
	Name    string          `json:"name"`
	Given   json.RawMessage `json:"given"` // auth.json at the start
	Answers json.RawMessage `json:"answers"`
	Steps   []recordedStep  `json:"steps"`
	After   struct {
		Kind      string          `json:"kind"`
		Unchanged bool            `json:"unchanged"`
		Raw       json.RawMessage `json:"raw"`
	} `json:"after"`
	// Sent is the refresh_reason and the token of each request, where recorded.
	Sent []string `json:"sent"`
}

// recordedStep is one thing that happened and what was seen afterwards.
type recordedStep struct {
	Start        bool            `json:"start"`        // the process starts
	Call         *string         `json:"call"`         // getAuthStatus with includeToken (i), refreshToken (r)
	Begin        string          `json:"begin"`        // … whose answer is not waited for
	UntilRequest bool            `json:"untilRequest"` // … but the request to the authority is
	End          string          `json:"end"`          // … but now
	Write        json.RawMessage `json:"write"`        // another program writes auth.json
	Delete       bool            `json:"delete"`
	Sleep        float64         `json:"sleep"` // seconds
	Account      *recordedUser   `json:"account"`
	authStatus
	Requests *int `json:"requests"` // to the authority, so far
}

// authStatus is the answer of getAuthStatus.
type authStatus struct {
	Method *string `json:"method"`
	Token  *string `json:"token"`
}

// recordedUser is what account/read says about the user.
type recordedUser struct {
	Email    *string `json:"email"`
	PlanType string  `json:"planType"`
	UserID   *string `json:"userId"`
}

// loadRecording reads a file of testdata/recorded, for a process that starts at noon.
func loadRecording(t *testing.T, name string) recording {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "recorded", name))
	if err != nil {
		t.Fatal(err)
	}
	var rec recording
	if err := json.Unmarshal(data, &rec); err != nil {
		t.Fatal(err)
	}
	var pairs []string
	for short, long := range rec.Short {
		pairs = append(pairs, short, long)
	}
	data = []byte(strings.NewReplacer(pairs...).Replace(string(data)))
	data = relative.ReplaceAllFunc(data, expand)
	if err := json.Unmarshal(data, &rec); err != nil {
		t.Fatal(err)
	}
	if len(rec.Cases) == 0 {
		t.Fatalf("%s holds no cases", name)
	}
	return rec
}

// relative matches {{now-1h}} and {{jwt_exp:+240}}, times relative to the start.
var relative = regexp.MustCompile(`\{\{(now|jwt_exp:)([+-]\d+)([smhd]?)\}\}`)

func expand(found []byte) []byte {
	m := relative.FindSubmatch(found)
	n, err := strconv.Atoi(string(m[2]))
	if err != nil {
		panic(err) // the pattern admits digits only
	}
	unit := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}[string(m[3])]
	when := noon.Add(time.Duration(n) * max(unit, time.Second))
	if string(m[1]) == "now" {
		return []byte(when.Format("2006-01-02T15:04:05.000000Z"))
	}
	return []byte(jwt(map[string]any{"exp": when.Unix()}))
}

// resolve follows "@name".
func (rec recording) resolve(v json.RawMessage) json.RawMessage {
	if name, ok := bytes.CutPrefix(v, []byte(`"@`)); ok {
		return rec.Shared[strings.TrimSuffix(string(name), `"`)]
	}
	return v
}

// content is what a "given" or "write" puts into the file: an object is
// indented, a string is written as it is, $base64 stands for bytes that are no
// UTF-8; nil is no file.
func (rec recording) content(t *testing.T, v json.RawMessage) []byte {
	t.Helper()
	v = rec.resolve(v)
	if isNull(v) {
		return nil
	}
	if v[0] == '"' {
		return []byte(decode[string](t, v))
	}
	if other := decode[struct {
		Base64 []byte `json:"$base64"`
	}](t, v); other.Base64 != nil {
		return other.Base64
	}
	var buf bytes.Buffer
	if err := json.Indent(&buf, v, "", "  "); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// answers are the authority's. What an answer means is the business of package
// authority; here only the few that occur are told apart.
func (rec recording) answers(t *testing.T, v json.RawMessage) []answer {
	t.Helper()
	var all []answer
	for _, a := range decode[[]struct {
		Status int             `json:"status"`
		Body   json.RawMessage `json:"body"`
	}](t, rec.resolve(v)) {
		switch a.Status {
		case 200:
			body := decode[struct{ ID, Access, Refresh *string }](t, renameTokens(a.Body))
			all = append(all, answer{tokens: TokenResponse{
				IDToken: optional(body.ID), AccessToken: optional(body.Access), RefreshToken: optional(body.Refresh),
			}})
		case 401:
			body := decode[struct{ Error struct{ Code Reason } }](t, a.Body)
			all = append(all, refused(body.Error.Code))
		default:
			all = append(all, answer{err: &RefreshError{Status: a.Status}})
		}
	}
	return all
}

// renameTokens makes "id_token" what encoding/json finds for the field ID.
func renameTokens(body []byte) []byte { return bytes.ReplaceAll(body, []byte(`_token"`), []byte(`"`)) }

func optional(value *string) *Secret {
	if value == nil {
		return nil
	}
	return secret(*value)
}

func decode[T any](t *testing.T, data json.RawMessage) (v T) {
	t.Helper()
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return v
}
