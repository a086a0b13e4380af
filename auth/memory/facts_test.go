package memory

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/safefile"
	"rekey/test/kit/child"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

func TestRefusalsAreShared(t *testing.T) {
	dir := files.TempDir(t)
	a, b := openAt(t, dir), openAt(t, dir)
	at := time.Date(2026, 3, 23, 10, 0, 0, 0, time.FixedZone("x", 3600))
	want := auth.Refusal{Fingerprint: "f", Reason: auth.ReasonReused, At: at.UTC()}
	if _, ok := b.Lookup("f"); ok {
		t.Error("found before it was recorded")
	}
	must.Do(t, a.Record(auth.Refusal{Fingerprint: "f", Reason: auth.ReasonReused, At: at}))
	if got, ok := b.Lookup("f"); !ok || got != want {
		t.Errorf("got %+v, %v; want %+v", got, ok, want)
	}
	if _, ok := b.Lookup("g"); ok {
		t.Error("found what was never recorded")
	}
}

func TestRefusalsTakeOnlyWhatStaysTrue(t *testing.T) {
	s := openAt(t, files.TempDir(t))
	for _, reason := range []auth.Reason{auth.ReasonUnauthorized, auth.ReasonAccountChanged, ""} {
		if err := s.Record(auth.Refusal{Fingerprint: "f", Reason: reason}); err == nil {
			t.Errorf("%q was taken", reason)
		}
		if _, ok := s.Lookup("f"); ok {
			t.Errorf("%q was remembered", reason)
		}
	}
}

func TestRefusalsAreBounded(t *testing.T) {
	t.Parallel()
	s := openAt(t, files.TempDir(t))
	const more = 3
	err := changeState(s, refusalsFile, maxRefusals, func(entries []storedRefusal) ([]storedRefusal, bool) {
		for i := range maxRefusals {
			entries = append(entries, storedRefusal{fmt.Sprint(i), auth.ReasonExpired, time.Now()})
		}
		return entries, true
	})
	must.Do(t, err)
	for i := maxRefusals; i < maxRefusals+more; i++ {
		must.Do(t, s.Record(auth.Refusal{Fingerprint: fmt.Sprint(i), Reason: auth.ReasonExpired}))
	}
	for i, want := range map[int]bool{0: false, more - 1: false, more: true, maxRefusals + more - 1: true} {
		if _, ok := s.Lookup(fmt.Sprint(i)); ok != want {
			t.Errorf("number %d: found %v, want %v", i, ok, want)
		}
	}
}

// TestOnlyTheOwnIsParsed: a long file of other sign-ins costs next to nothing, and one
// that names this sign-in in another spelling is read all the same.
func TestOnlyTheOwnIsParsed(t *testing.T) { // not parallel: it counts allocations
	dir := files.TempDir(t)
	s := openAt(t, dir)
	var foreign []storedRefusal
	for i := range maxRefusals {
		foreign = append(foreign, storedRefusal{fmt.Sprint("f", i), auth.ReasonReused, time.Now()})
	}
	content := string(must.Get(json.Marshal(stateFile[storedRefusal]{stateVersion, foreign}))(t))
	for _, tt := range []struct {
		spelling string
		found    bool
	}{{"other", false}, {"mine", true}, {`\u006dine`, true}, {"MINE", false}} {
		written := strings.Replace(content, `"f7"`, `"`+tt.spelling+`"`, 1)
		for _, name := range []string{refusalsFile, attemptsFile} {
			files.Write(t, filepath.Join(dir, name), []byte(written))
		}
		if _, ok := s.Lookup("mine"); ok != tt.found {
			t.Errorf("%s: a refusal is found %v", tt.spelling, ok)
		}
		if _, ok := s.LastAttempt("mine"); ok != tt.found {
			t.Errorf("%s: an attempt is found %v", tt.spelling, ok)
		}
		allocated := testing.AllocsPerRun(1, func() {
			s.Lookup("mine")
			s.LastAttempt("mine")
		})
		if parsed := allocated > maxRefusals; parsed != tt.found {
			t.Errorf("%s: %.0f allocations, parsed %v", tt.spelling, allocated, parsed)
		}
	}
}

// childClaim claims every notice it can.
func childClaim(dir string) int {
	s, err := Open(safefile.Disk{}, dir)
	if err != nil {
		child.Say("error: %v", err)
		return 1
	}
	for i := range 50 {
		first, err := s.ClaimNotice(fmt.Sprint("notice-", i))
		if err != nil {
			child.Say("error: %v", err)
			return 1
		}
		if first {
			child.Say("%d", i)
		}
	}
	child.Say("done")
	return 0
}

// P5: each notification once, whatever the number of processes.
func TestEachNoticeIsClaimedOnce(t *testing.T) {
	t.Parallel()
	dir := files.TempDir(t)
	claims := make(map[string]int)
	var processes []*child.Child
	for range 3 {
		processes = append(processes, child.Start(t, "claim", dir))
	}
	for _, p := range processes {
		for line := p.Line(); line != "done"; line = p.Line() {
			claims[line]++
		}
	}
	for i := range 50 {
		if n := claims[fmt.Sprint(i)]; n != 1 {
			t.Errorf("notice %d was claimed %d times", i, n)
		}
	}
	if first, err := openAt(t, dir).ClaimNotice("notice-49"); first || err != nil {
		t.Errorf("after a restart: %v, %v", first, err)
	}
}

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
