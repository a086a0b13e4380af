package memory

import (
	"reflect"
	"testing"

	"rekey/auth"
	"rekey/test/kit/must"
)

// Whatever the file holds, reading it gives an answer that was written or an
// error.
func FuzzUnpackAnswer(f *testing.F) {
	whole := auth.TokenResponse{IDToken: secret("id"), AccessToken: secret(""), DropProvenance: true}
	key := make([]byte, 32)
	for _, k := range [][]byte{nil, key} {
		record := must.Get(packAnswer(attempt{"one", noon}, whole, k))(f)
		f.Add(record)
		f.Add(record[:len(record)-1])
	}
	f.Add([]byte("{}\n"))
	f.Add([]byte(`{"sealed":true}` + "\n"))
	f.Add([]byte("{}\n\xff\xff\xff\xfe"))
	f.Fuzz(func(t *testing.T, record []byte) {
		of, got, err := unpackAnswer(record, func(bool) ([]byte, error) { return key, nil })
		if (got == nil) == (err == nil) {
			t.Fatalf("got %v, %v", got, err)
		}
		if err != nil || len(record) == 0 {
			return
		}
		again := must.Get(packAnswer(of, *got, nil))(t)
		if _, second, err := unpackAnswer(again, nil); err != nil || !reflect.DeepEqual(second, got) {
			t.Errorf("packed again: %v, %v", second, err)
		}
	})
}
