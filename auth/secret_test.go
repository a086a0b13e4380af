package auth

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"text/template"
)

// verbs are all of fmt's, with flags that reach deeper.
var verbs = []string{
	"%v", "%+v", "%#v", "%T", "%t", "%b", "%c", "%d", "%o", "%O", "%q", "%+q", "%#q", "%x", "%X", "% x", "%#x",
	"%U", "%e", "%E", "%f", "%F", "%g", "%G", "%s", "%10s", "%-10.3s",
}

// wrongVerbs are those for which fmt calls no method of the operand.
var wrongVerbs = []string{"%p", "%w", "%z", "%!"}

// TestSecretsShowThemselvesToNobody formats everything that holds a secret in
// every way that a log, an error or a debug print might.
func TestSecretsShowThemselvesToNobody(t *testing.T) {
	const token = "TOKEN"
	s := NewSecret(token)
	id := rawJWT(`{"jti":"TOKEN"}`)
	known := []edit{
		set("OPENAI_API_KEY", token), set("personal_access_token", token), set("tokens.access_token", token),
		set("tokens.refresh_token", token), set("tokens.id_token", id),
		set("bedrock_api_key", map[string]any{"api_key": token, "region": "r"}),
	}
	raw := mustParse(t, chatGPT(append(known,
		set("agent_identity", token), set("later_credential", token), set("tokens.later_token", token))...))
	snapshot := mustParse(t, chatGPT(known...))
	holders := map[string]any{
		"a secret":     s,
		"a pointer":    &s,
		"a slice":      []Secret{s},
		"a map":        map[string]Secret{"k": s},
		"a map's key":  map[Secret]int{s: 1},
		"a struct":     struct{ S Secret }{s},
		"a request":    RefreshRequest{RefreshToken: s},
		"an answer":    TokenResponse{IDToken: &s, AccessToken: &s, RefreshToken: &s},
		"an entry":     EscrowEntry{Answer: &TokenResponse{RefreshToken: &s}},
		"host's":       ExternalTokens{AccessToken: s},
		"a sign-in":    SignIn{IDToken: s, AccessToken: s, RefreshToken: s},
		"a snapshot":   snapshot,
		"its value":    *snapshot,
		"its tokens":   snapshot.tokens,
		"tokens":       *snapshot.tokens,
		"Bedrock's":    *snapshot.bedrock,
		"inputs":       Facts{Snapshot: snapshot, LastGood: snapshot},
		"a mere field": struct{ s Secret }{s},
		"a state":      Compute(Facts{Snapshot: snapshot, Now: noon}),
		"in an error":  fmt.Errorf("with %v", s),
		"in a message": errors.New(fmt.Sprint("with ", s, snapshot)),
	}
	for name, holder := range holders {
		wantHidden(t, name, renderings(holder, append(wrongVerbs, verbs...)), token, id)
	}
	for name, holder := range map[string]any{
		"raw": raw, "raw value": *raw, "raw tokens": raw.tokens, "raw tokens' value": *raw.tokens,
		"raw inputs": Facts{Snapshot: raw},
	} {
		wantHidden(t, name, renderings(holder, verbs), token, id)
	}
}

// wantHidden looks for the tokens as they are, as bytes, in hexadecimal and in Base64.
func wantHidden(t *testing.T, name string, shown map[string]string, tokens ...string) {
	t.Helper()
	for _, token := range tokens {
		decimal := strings.Trim(fmt.Sprint([]byte(token)), "[]")
		for _, form := range []string{token, fmt.Sprintf("%x", token), fmt.Sprintf("%X", token), fmt.Sprintf("% x", token),
			decimal, base64.RawStdEncoding.EncodeToString([]byte(token))} {
			for way, text := range shown {
				if strings.Contains(text, form) {
					t.Errorf("%s through %s: %s", name, way, text)
				}
			}
		}
	}
}

// renderings shows a value in every way.
func renderings(v any, verbs []string) map[string]string {
	shown := map[string]string{"Sprint": fmt.Sprint(v), "Sprintln": fmt.Sprintln(v)}
	for _, verb := range verbs {
		shown[verb] = fmt.Sprintf(verb, v)
		shown[verb+" of a list"] = fmt.Sprintf(verb, []any{v})
	}
	if data, err := json.Marshal(v); err == nil {
		shown["json"] = string(data)
	}
	if data, err := xml.Marshal(v); err == nil {
		shown["xml"] = string(data)
	}
	var text, object, page bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("shown", "value", v)
	slog.New(slog.NewJSONHandler(&object, nil)).Info("shown", slog.Group("in", slog.Any("value", v)))
	_ = template.Must(template.New("").Parse("{{.}}")).Execute(&page, v)
	shown["slog as text"], shown["slog as JSON"], shown["a template"] = text.String(), object.String(), page.String()
	func() {
		defer func() { shown["a panic"] = fmt.Sprint(recover()) }()
		panic(v)
	}()
	return shown
}

// TestSecret: Reveal returns the value, and equal secrets are ==.
func TestSecret(t *testing.T) {
	a, b := NewSecret("one"), NewSecret("two")
	if a.Reveal() != "one" || a.Empty() || !(Secret{}).Empty() ||
		a != NewSecret("one") || a == b || NewSecret("") != (Secret{}) || (Secret{}).Reveal() != "" {
		t.Error("a secret does not hold its value")
	}
	if text, _ := a.MarshalText(); a.String() != redacted || a.GoString() != redacted || string(text) != redacted ||
		a.LogValue().String() != redacted {
		t.Error("a secret shows something else than that it is one")
	}
}
