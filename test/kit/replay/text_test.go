package replay

import (
	"encoding/json"
	"testing"
)

func TestDecodeText(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`""`:                           "",
		`"plain \" \\ \n é \u00e9"`:    "plain \" \\ \n é é",
		`"\udcff"`:                     "\xff",
		`"a\udc80b\udcFEc"`:            "a\x80b\xfec",
		`"\udcff\udcfe"`:               "\xff\xfe",
		`"\ud83d\ude00"`:               "😀",
		`"\ud800\udcff"`:               "\U000100ff", // a pair, although its second half looks like a byte
		`"\ud83d\ude00\udcff"`:         "😀\xff",
		`"\\udcff"`:                    `\udcff`,
		`"\\\udcff"`:                   "\\\xff",
		`"\ud800"`:                     "�",
		`"\udc7f"`:                     "�",
		`"{\"a\":\"\\ud800 \udcff\"}"`: "{\"a\":\"\\ud800 \xff\"}",
	} {
		t.Run(raw, func(t *testing.T) {
			t.Parallel()
			if got, err := decodeText(json.RawMessage(raw)); err != nil || got != want {
				t.Errorf("got %q, %v, want %q", got, err, want)
			}
		})
	}
	for _, raw := range []string{``, `"`, `1`, `{}`, `"\q"`} {
		if got, err := decodeText(json.RawMessage(raw)); err == nil {
			t.Errorf("%s: got %q, want an error", raw, got)
		}
	}
}

func TestContentOf(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`"\udcff\n"`:                    "\xff\n",
		`{"b":1.0,"a":[],"é":"\u00e9"}`: "{\n  \"b\": 1.0,\n  \"a\": [],\n  \"é\": \"\\u00e9\"\n}",
		`[1,{}]`:                        "[\n  1,\n  {}\n]",
		`{ "x" : "\udcff" }`:            "{\n  \"x\": \"\\udcff\"\n}",
	} {
		if got, err := contentOf(json.RawMessage(raw)); err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v, want %q", raw, got, err, want)
		}
	}
}

func TestDecodeValue(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{
		`{"a":1}`: true, " null\n": true, `"x"`: true, ``: false, `{`: false, `{}}`: false, `{} x`: false, "\ufeff{}": false,
	} {
		if _, err := decodeValue([]byte(text)); (err == nil) != ok {
			t.Errorf("%q: got %v, want ok = %v", text, err, ok)
		}
	}
}
