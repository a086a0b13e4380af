package replay

import (
	"encoding/json"
	"testing"
)

func TestDecodeText(t *testing.T) {
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
