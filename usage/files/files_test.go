package files

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"time"

	"rekey/test/kit/must"
	"rekey/usage"
)

func memoryOf(t *testing.T) Memory {
	t.Helper()
	dir := t.TempDir()
	m := Memory{Home: filepath.Join(dir, "home"), User: dir}
	must.Do(t, os.Mkdir(m.Home, 0o700))
	return m
}

// TestKept: what is kept is read by another process, and is the user's alone.
func TestKept(t *testing.T) {
	m, now, percent := memoryOf(t), time.Now().Round(0).UTC(), 12.5
	rec := usage.Record{Account: "a", Since: now, AskedAt: now, Silenced: "c", Usage: usage.Usage{
		FetchedAt: now, Plan: "plus", Windows: []usage.Window{{Limit: "codex", Minutes: 300, UsedPercent: &percent, ToldAt: now}},
	}, Marks: []usage.Mark{{Limit: "codex", Full: true, Claimed: []int{80}}}}
	rest := usage.Rest{Until: now, Times: 2, Problem: usage.ProblemServer}
	must.Do(t, m.Save(rec))
	must.Do(t, m.SetRest(rest))
	must.Do(t, m.AddHistory("a", []usage.Point{{At: now, Limit: "codex", UsedPercent: 1}}, now))
	again := Memory{Home: m.Home, User: m.User}
	if got := again.Load(); !reflect.DeepEqual(got, rec) {
		t.Errorf("got %+v, want %+v", got, rec)
	}
	if got := again.Rest(); got != rest {
		t.Errorf("got %+v, want %+v", got, rest)
	}
	if got := again.History("a"); len(got) != 1 || again.History("b") != nil {
		t.Errorf("got %+v", got)
	}
	for _, path := range []string{filepath.Join(m.Home, recordFile), filepath.Join(m.Home, historyFile), filepath.Join(m.User, restFile)} {
		info, err := os.Stat(path)
		if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

// TestDamaged: what cannot be read is empty, and replaced by the next change.
func TestDamaged(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "{", `{"version":2,"content":{"account":"a"}}`, `{"version":1,"content":[]}`, "\x00"} {
		m := memoryOf(t)
		must.Do(t, os.WriteFile(filepath.Join(m.Home, recordFile), []byte(text), 0o600))
		if got := m.Load(); got.Account != "" {
			t.Errorf("%q is read as %+v", text, got)
		}
		if err := m.Save(usage.Record{Account: "b"}); err != nil || m.Load().Account != "b" {
			t.Errorf("%q is not replaced: %v", text, err)
		}
	}
	m := memoryOf(t)
	m.Home = filepath.Join(m.Home, "gone")
	if err := m.Save(usage.Record{}); err == nil {
		t.Error("a folder that is not there keeps something")
	}
	if _, err := m.Lock(t.Context()); err == nil {
		t.Error("a folder that is not there can be locked")
	}
}

func TestLock(t *testing.T) {
	t.Parallel()
	m := memoryOf(t)
	unlock, err := m.Lock(t.Context())
	must.Do(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := m.Lock(ctx); err == nil {
		t.Error("two hold the lock")
	}
	unlock()
	if unlock, err = m.Lock(t.Context()); err != nil {
		t.Fatal(err)
	}
	unlock()
}

// TestHistoryIsBounded: seven days, a point in a quarter of an hour for each
// window, whatever comes; and another account's go.
func TestHistoryIsBounded(t *testing.T) {
	t.Parallel()
	m, now := memoryOf(t), time.Now().Round(0).UTC().Truncate(apart)
	var points []usage.Point
	for i := range 10 * 24 * 60 { // ten days, minute by minute
		points = append(points, usage.Point{At: now.Add(-time.Duration(i) * time.Minute), Limit: "codex", UsedPercent: float64(i)})
	}
	must.Do(t, m.AddHistory("a", points, now))
	got := m.History("a")
	if len(got) != 7*24*4+1 || !got[len(got)-1].At.Equal(now) || now.Sub(got[0].At) > kept {
		t.Errorf("%d points from %s to %s", len(got), got[0].At, got[len(got)-1].At)
	}
	var many []usage.Point
	for i := range 3 * maxPoints {
		many = append(many, usage.Point{At: now, Limit: fmt.Sprint(i)})
	}
	if err := m.AddHistory("a", many, now); err != nil || len(m.History("a")) > maxPoints {
		t.Errorf("%d points, %v", len(m.History("a")), err)
	}
	if err := m.AddHistory("b", points[:1], now); err != nil || len(m.History("b")) != 1 || m.History("a") != nil {
		t.Errorf("another account: %d and %d points, %v", len(m.History("b")), len(m.History("a")), err)
	}
}

// TestHistoryOfAClockAhead: points of the future go with the next change, and
// take none with them of the seven days before it.
func TestHistoryOfAClockAhead(t *testing.T) {
	m, now := memoryOf(t), time.Now().Round(0).UTC()
	add := func(at time.Time, percent float64) {
		t.Helper()
		must.Do(t, m.AddHistory("a", []usage.Point{{At: at, Limit: "codex", UsedPercent: percent}}, at))
	}
	add(now.Add(-time.Hour), 10)
	add(now.Add(6*24*time.Hour), 20)
	add(now, 30)
	var got []float64
	for _, p := range m.History("a") {
		got = append(got, p.UsedPercent)
	}
	if !slices.Equal(got, []float64{10, 30}) {
		t.Errorf("the history is %v", got)
	}
}
