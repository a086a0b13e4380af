//go:build unix

package program_test

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit/must"
)

var (
	apiKey    = box.AuthJSON(box.WithAPIKey("sk-not-a-real-key"))
	otherKey  = box.AuthJSON(box.WithAPIKey("sk-another-one"))
	lastWords = "Not signed in"
)

func TestWatchFollows(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.signIn(time.Hour)
	words, lines := b.start("watch"), b.start("watch", "--format", "json")
	n := words.out.until(t, 0, "ada@example.com · Pro · Works until ")
	m := lines.out.until(t, 0, `"healthy"`)
	// The keeper's plan comes with a State of its own.
	m = max(m, lines.out.until(t, 0, `"nextRefresh"`))

	// Equal content prints nothing: the next line is about the next content.
	content := must.Get(b.Home.Read())(t)
	for range 3 {
		content = append(content, '\n')
		b.put(content)
		must.Do(t, b.Home.Write(content))
	}
	b.put(apiKey)
	if got := words.out.until(t, n, "Using an API key"); got != n+1 {
		t.Errorf("%d lines came for equal content", got-n-1)
	}
	if got := lines.out.until(t, m, `"api_key"`); got != m+1 {
		t.Errorf("%d lines came for equal content", got-m-1)
	}

	// A slow writer: every byte an event, and what is there ends too early.
	stood := b.trickle(content)
	n = words.out.until(t, n+1, "ada@example.com")
	m = lines.out.until(t, m+1, `"healthy"`)

	// One that does not go on: only then it is unreadable.
	must.Do(t, b.Home.Write(content[:len(content)/2]))
	n = words.out.until(t, n, "Cannot read auth.json: it is empty or incomplete")
	m = lines.out.until(t, m, `"unreadable"`)
	b.put(otherKey)
	n = words.out.until(t, n, "Using an API key")
	m = lines.out.until(t, m, `"api_key"`)

	// The home goes and comes.
	must.Do(t, os.RemoveAll(b.Home.Dir()))
	n = words.out.until(t, n, lastWords)
	m = lines.out.until(t, m, `"signed_out"`)
	must.Do(t, os.Mkdir(b.Home.Dir(), 0o700))
	b.put(content)
	words.out.until(t, n, "ada@example.com")
	lines.out.until(t, m, `"healthy"`)

	words.end()
	lines.end()
	want := []auth.Status{auth.StatusHealthy, auth.StatusAPIKey, auth.StatusHealthy, auth.StatusUnreadable,
		auth.StatusAPIKey, auth.StatusSignedOut, auth.StatusHealthy}
	got := slices.Compact(lines.out.statuses(t))
	if stood && len(got) > 2 && got[2] == auth.StatusUnreadable {
		got = slices.Delete(got, 2, 3) // the writer was too slow
	}
	if !slices.Equal(got, want) {
		t.Errorf("the States were %q, want %q", got, want)
	}
	b.wantOutcomes()
	b.wantQuiet()
}

// trickle writes auth.json in place, byte after byte. It reports whether this machine
// stood still meanwhile, for about as long as what ends too early is looked at again.
func (b *sandboxed) trickle(content []byte) (stood bool) {
	b.t.Helper()
	last := time.Now()
	f := must.Get(os.OpenFile(b.Home.AuthPath(), os.O_WRONLY|os.O_TRUNC, 0o600))(b.t)
	defer f.Close()
	for i := range content {
		must.Get(f.Write(content[i : i+1]))(b.t)
		now := time.Now()
		stood = stood || now.Sub(last) > 500*time.Millisecond
		last = now
	}
	return stood
}

func TestWatchAttaches(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.signIn(time.Hour)
	first := b.start("watch")
	n := first.out.until(t, 0, "ada@example.com")
	second := b.start("watch")
	m := second.out.until(t, 0, "ada@example.com")
	b.put(apiKey)
	first.out.until(t, n, "Using an API key")
	m = second.out.until(t, m, "Using an API key")
	before, _ := first.out.lines()
	if same, _ := second.out.lines(); !slices.Equal(plain(before), plain(same)) {
		t.Errorf("the first prints\n%s\nthe second\n%s", strings.Join(before, "\n"), strings.Join(same, "\n"))
	}

	// The agent is killed: another one takes its place, says so, and goes on.
	must.Do(t, first.cmd.Process.Kill())
	second.err.until(t, 0, "rekey: The Rekey that kept this sign-in fresh has exited; this one does so now.")
	third := b.start("watch", "--format", "json")
	third.out.until(t, 0, `"api_key"`)
	b.signIn(10 * time.Minute) // it is due, and refreshed once
	second.out.until(t, m, "Works until ")
	if err := b.Server.WaitUntil(inTime(t), func(r []box.Request) bool {
		return len(r) > 0 && r[len(r)-1].Outcome == box.OutcomeOK
	}); err != nil {
		t.Fatal(err)
	}
	third.out.until(t, 0, `"renewable":"yes"`)

	// Told to end, it makes room as well.
	second.end()
	third.err.until(t, 0, "this one does so now")
	b.put(otherKey)
	k := third.out.until(t, 0, `"api_key"`)
	must.Do(t, b.Home.Delete())
	third.out.until(t, k, `"signed_out"`)
	third.end()
	b.wantOutcomes(box.OutcomeOK)
	b.wantQuiet()
}

// plain are the lines without the time of day.
func plain(lines []string) (words []string) {
	for _, line := range lines {
		words = append(words, line[len("15:04:05"):])
	}
	return words
}

// Whoever reads the lines may leave at any time, in the middle of a refresh
// too: the program ends, though it has nothing to print, and the answer is not
// lost.
func TestWatchWithoutAReader(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.signIn(10 * time.Minute)
	answer := make(chan struct{})
	b.Server.Script(box.Reply{Gate: answer})

	reader, writer, err := os.Pipe()
	must.Do(t, err)
	watch := &running{box: b, cmd: b.command("watch", "--format", "json"), err: newStream()}
	watch.cmd.Stdout, watch.cmd.Stderr = writer, watch.err
	must.Do(t, watch.cmd.Start())
	t.Cleanup(func() { _ = watch.cmd.Process.Kill(); _ = watch.cmd.Wait() })
	_ = writer.Close()
	lines := bufio.NewScanner(reader)
	for lines.Scan() && !strings.Contains(lines.Text(), `"renewing"`) {
		continue
	}
	_ = reader.Close()

	before, _ := b.Home.Read()
	watch.err.until(t, 0, "A refresh is under way; waiting for its answer.")
	close(answer)
	watch.wait(1)
	watch.err.until(t, 0, "broken pipe")
	if after, err := b.Home.Read(); err != nil || slices.Equal(before, after) {
		t.Errorf("the answer is lost: %v", err)
	}
	b.wantOutcomes(box.OutcomeOK)
	b.wantQuiet()
}
