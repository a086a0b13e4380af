package memory

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/internal/safefile"
	"rekey/test/kit"
	"rekey/test/kit/child"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

func openAt(t *testing.T, dir string) *Memory {
	t.Helper()
	return must.Get(Open(safefile.Disk{}, dir))(t)
}

func TestOpenMakesAPrivateFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(files.TempDir(t), "a", "b")
	s := openAt(t, dir)
	must.Do(t, s.Record(auth.Refusal{Fingerprint: "f", Reason: auth.ReasonReused}))
	must.Get(s.ClaimNotice("n"))(t)
	must.Do(t, s.Reserve("r", time.Now()))
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	must.Do(t, err)
}

func TestOpenNarrowsAFolderOfOurs(t *testing.T) {
	dir := files.TempDir(t)
	files.Chmod(t, dir, 0o755)
	openAt(t, dir)
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestOpenRefusesWhatIsNotOurs(t *testing.T) {
	dir := files.TempDir(t)
	files.Mkdir(t, filepath.Join(dir, "real"))
	files.Symlink(t, "real", filepath.Join(dir, "link"))
	files.Write(t, filepath.Join(dir, "file"), nil)
	for _, name := range []string{"link", "file"} {
		if _, err := Open(safefile.Disk{}, filepath.Join(dir, name)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if os.Geteuid() != 0 {
		return // only root can give a folder away
	}
	foreign := filepath.Join(dir, "foreign")
	files.Mkdir(t, foreign)
	must.Do(t, os.Chown(foreign, 12345, 12345))
	if _, err := Open(safefile.Disk{}, foreign); err == nil {
		t.Error("another user's folder: no error")
	}
}

func TestKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	dir := files.TempDir(t)
	const openers = 20
	prints := make([]string, openers)
	var wg sync.WaitGroup
	for i := range openers {
		wg.Go(func() {
			if s, err := Open(safefile.Disk{}, dir); err == nil {
				prints[i] = s.Token(kit.Parsed(t, kit.SignIn("r")))
			}
		})
	}
	wg.Wait()
	for _, p := range prints {
		if p == "" || p != prints[0] {
			t.Fatalf("different keys: %q and %q", p, prints[0])
		}
	}
	if openAt(t, files.TempDir(t)).Token(kit.Parsed(t, kit.SignIn("r"))) == prints[0] {
		t.Error("two directories have the same key")
	}
	if found, _ := filepath.Glob(filepath.Join(dir, tempPrefix+"*")); len(found) > 0 {
		t.Errorf("left over: %v", found)
	}
}

func TestDamagedKeyIsReplaced(t *testing.T) {
	dir := files.TempDir(t)
	files.Write(t, filepath.Join(dir, "key"), []byte("short"))
	first := openAt(t, dir).Token(kit.Parsed(t, kit.SignIn("r")))
	if second := openAt(t, dir).Token(kit.Parsed(t, kit.SignIn("r"))); first != second {
		t.Error("the key changed again")
	}
}

func TestFingerprints(t *testing.T) {
	s := openAt(t, files.TempDir(t))
	base := string(kit.SignIn("refresh-1"))
	snapshot := kit.Parsed(t, []byte(base))
	for _, tt := range []struct {
		name        string
		content     string
		token, same bool // whether Token and Whole are those of base
	}{
		{"compact", strings.ReplaceAll(base, "\n", ""), true, true},
		{"unknown field", strings.Replace(base, "{", `{"x":1,`, 1), true, true},
		{"unknown token field", strings.Replace(base, `"tokens": {`, `"tokens": {"x":[1],`, 1), true, true},
		{"time zone", strings.Replace(base, "2023-11-14T22:13:20.000000000Z", "2023-11-14T23:13:20+01:00", 1), true, true},
		{"last refresh", strings.Replace(base, "2023-11-14T22:13:20", "2023-11-14T22:13:21", 1), true, false},
		{"another refresh token", strings.Replace(base, "refresh-1", "refresh-2", 1), false, false},
		{"another account", strings.Replace(base, `"account_id": "acct-ada"`, `"account_id": "x"`, 1), true, false},
		{"null account", strings.Replace(base, `"account_id": "acct-ada"`, `"account_id": null`, 1), true, false},
		{"empty account", strings.Replace(base, `"account_id": "acct-ada"`, `"account_id": ""`, 1), true, false},
		{"no mode", strings.Replace(base, `"auth_mode": "chatgpt",`, "", 1), true, false},
		{"owner", strings.Replace(base, `"tokens": {`, `"tokens": {"login_owner_id":"o",`, 1), true, false},
		{"provenance", strings.Replace(base, `"tokens": {`, `"tokens": {"oauth_provenance":{"issuer":"i","client_id":"c"},`, 1), true, false},
		{"key", strings.Replace(base, `"OPENAI_API_KEY": null`, `"OPENAI_API_KEY": "sk-fake"`, 1), true, false},
		{"agent", strings.Replace(base, "{", `{"agent_identity":"a.b.c",`, 1), true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			other := kit.Parsed(t, []byte(tt.content))
			if tt.content == base {
				t.Fatal("the row changes nothing")
			}
			if got := s.Token(other) == s.Token(snapshot); got != tt.token {
				t.Errorf("Token equal: %v, want %v", got, tt.token)
			}
			if got := s.Whole(other) == s.Whole(snapshot); got != tt.same {
				t.Errorf("Whole equal: %v, want %v", got, tt.same)
			}
			if other.Equal(snapshot) != tt.same {
				t.Error("Whole and Equal differ")
			}
		})
	}
	const identity = `{"agent_identity":{"agent_runtime_id":"r","agent_private_key":"k","account_id":"a","chatgpt_user_id":"u","plan_type":"pro","chatgpt_account_is_fedramp":false}}`
	agent := []*auth.Snapshot{kit.Parsed(t, []byte(identity)), kit.Parsed(t, []byte(strings.ReplaceAll(identity, ":", ": ")))}
	if s.Whole(agent[0]) != s.Whole(agent[1]) {
		t.Error("formatting inside agent_identity counts")
	}
	if f := s.Token(snapshot); len(f) != 64 || f == s.Whole(snapshot) {
		t.Errorf("Token %q, Whole %q", f, s.Whole(snapshot))
	}
	if s.Whole(nil) == s.Whole(snapshot) || s.Token(nil) == s.Token(snapshot) {
		t.Error("nothing has the fingerprint of something")
	}
}

// The forms and the key's use are part of the files' format.
func TestFingerprintsStayTheSame(t *testing.T) {
	s := &Memory{key: [32]byte{1, 2, 3}}
	snapshot := kit.Parsed(t, box.AuthJSON(box.WithAPIKey("sk-fake")))
	// As Python's hmac computes them.
	const token = "4e5d604aaffacacba2f6ea358d99b3475f17c16d48d932e23fd27d464f0b63e0"
	const whole = "db50082e95245583377c3ca772d9eaa5fa2100b94f06baff0033ba1c09566d92"
	if got := s.Token(snapshot); got != token {
		t.Errorf("Token %s", got)
	}
	if got := s.Whole(snapshot); got != whole {
		t.Errorf("Whole %s", got)
	}
}

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

func TestStateFilesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		content string
		lasting bool // whether a new entry reaches the file
	}{
		{"damaged", "{", true},
		{"empty", "", true},
		{"another form", `[1,2]`, true},
		{"from a newer Rekey", `{"version":2,"entries":[]}`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := files.TempDir(t)
			for _, name := range []string{refusalsFile, noticesFile} {
				files.Write(t, filepath.Join(dir, name), []byte(tt.content))
			}
			s := openAt(t, dir)
			if err := s.Record(auth.Refusal{Fingerprint: "f", Reason: auth.ReasonReused}); (err == nil) != tt.lasting {
				t.Errorf("Record: %v", err)
			}
			first, err := s.ClaimNotice("n")
			if !first || (err == nil) != tt.lasting {
				t.Errorf("ClaimNotice: %v, %v", first, err)
			}
			if again, err := s.ClaimNotice("n"); again || err != nil {
				t.Errorf("second ClaimNotice: %v, %v", again, err)
			}
			if _, ok := s.Lookup("f"); !ok {
				t.Error("the refusal is forgotten in this process")
			}
			_, ok := openAt(t, dir).Lookup("f")
			if ok != tt.lasting {
				t.Errorf("found after a restart: %v, want %v", ok, tt.lasting)
			}
			if !tt.lasting && string(files.Read(t, filepath.Join(dir, refusalsFile))) != tt.content {
				t.Error("a newer file was overwritten")
			}
		})
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

func TestStateHoldsNoToken(t *testing.T) {
	t.Parallel()
	dir := files.TempDir(t)
	s := openAt(t, dir)
	snapshot := kit.Parsed(t, kit.SignIn("sekret-refresh-token"))
	for _, f := range []string{s.Token(snapshot), s.Whole(snapshot)} {
		err := errors.Join(s.Record(auth.Refusal{Fingerprint: f, Reason: auth.ReasonReused}), s.Reserve(f, time.Now()), s.Sent(f))
		must.Do(t, err)
	}
	must.Get(s.ClaimNotice(s.Token(snapshot)))(t)
	entries := must.Get(os.ReadDir(dir))(t)
	for _, e := range entries {
		if strings.Contains(string(files.Read(t, filepath.Join(dir, e.Name()))), "sekret") {
			t.Errorf("%s holds the token", e.Name())
		}
	}
}

func TestUnkept(t *testing.T) {
	s := Unkept(errors.New("gone"))
	r := auth.Refusal{Fingerprint: "f", Reason: auth.ReasonReused, At: time.Now().UTC()}
	if err := s.Record(r); err == nil {
		t.Error("a refusal was written to nowhere")
	}
	if got, ok := s.Lookup("f"); !ok || got.Reason != r.Reason {
		t.Errorf("Lookup = %+v, %t: forgotten within the process", got, ok)
	}
	if err := s.Reserve("f", time.Now()); err == nil {
		t.Error("an answer could be kept nowhere")
	}
	if _, ok, _ := s.Held(); ok {
		t.Error("nothing holds something")
	}
	if a, b := s.Token(nil), Unkept(nil).Token(nil); a == b {
		t.Error("two processes share a key that nobody keeps")
	}
}

// A key that cannot be read at the moment is not replaced: its fingerprints,
// for example that of an answer in the escrow, would match nothing.
func TestUnreadableKeyIsLeftAlone(t *testing.T) {
	dir := files.TempDir(t)
	before := openAt(t, dir).Token(kit.Parsed(t, kit.SignIn("r")))
	disk := safefile.Disk{Fault: func(op safefile.Op, path string) error {
		if op == safefile.OpRead && filepath.Base(path) == "key" {
			return syscall.EIO
		}
		return nil
	}}
	if _, err := Open(disk, dir); !errors.Is(err, syscall.EIO) {
		t.Errorf("error %v, want EIO", err)
	}
	if after := openAt(t, dir).Token(kit.Parsed(t, kit.SignIn("r"))); after != before {
		t.Error("the key was replaced")
	}
}

// A folder that others may write to is made private, or refused if it belongs
// to another user.
func TestOpenLooksAtTheFolderAbove(t *testing.T) {
	above := filepath.Join(files.TempDir(t), "rekey")
	files.Mkdir(t, above)
	files.Chmod(t, above, 0o777)
	openAt(t, filepath.Join(above, "home"))
	if info, err := os.Stat(above); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if os.Geteuid() != 0 {
		return // only root can give a folder away
	}
	files.Chmod(t, above, 0o777)
	must.Do(t, os.Chown(above, 12345, 12345))
	if _, err := Open(safefile.Disk{}, filepath.Join(above, "home")); err == nil {
		t.Error("another user's open folder: no error")
	}
}

// A request that could not be marked as sent is not sent, and does not count as
// one whose answer was lost.
func TestSentThatFails(t *testing.T) {
	t.Parallel()
	dir := files.TempDir(t)
	broken := false
	s, err := Open(safefile.Disk{Fault: func(op safefile.Op, _ string) error {
		if op == safefile.OpSync && broken {
			return syscall.EIO
		}
		return nil
	}}, dir)
	must.Do(t, err)
	must.Do(t, s.Reserve("one", noon))
	broken = true
	if err := s.Sent("one"); !errors.Is(err, syscall.EIO) {
		t.Errorf("Sent: %v, want EIO", err)
	}
	mustHold(t, openAt(t, dir), auth.EscrowEntry{Redeemed: "one", At: noon})
}
