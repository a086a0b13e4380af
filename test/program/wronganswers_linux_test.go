//go:build unix

package program_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rekey/assets/lang"
	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/ui/cli"
	"rekey/ui/tray"
	say "rekey/ui/words"
	"rekey/usage"
	"rekey/usage/files"
)

var update = flag.Bool("update", false, "write what TestWrongAnswers sees to testdata/wronganswers.txt, to be read before it is committed")

// wrongAnswer is an answer of the backend that does not tell what is used.
type wrongAnswer struct {
	name  string
	reply box.Reply
}

func wrongAnswers() []wrongAnswer {
	again := func(header string) box.Reply {
		r := box.Refusal(http.StatusTooManyRequests, "rate_limit_exceeded")
		r.Header = map[string]string{"Retry-After": header}
		return r
	}
	other := fmt.Sprintf(`{"account_id":"acct-grace","email":%q,"plan_type":"plus","rate_limit":{"primary_window":{"used_percent":99}}}`, box.Ada().Email)
	return []wrongAnswer{
		{"10 MB", box.Huge(10 << 20)},
		{"slow", box.Reply{Status: http.StatusOK, Body: "{}", Delay: 12 * time.Second}},
		{"JSON of a gateway", box.Reply{Status: http.StatusOK, Body: `{"detail":"Sign in to the network first"}`}},
		{"half", box.Reply{Status: http.StatusOK, Body: `{"plan_type":`, Truncate: true}},
		{"HTML", box.Reply{Status: http.StatusOK, Body: "<html><title>Welcome to our guest network</title></html>"}},
		{"redirect", box.Redirect("http://127.0.0.1:9/login")},
		{"another account's", box.Reply{Status: http.StatusOK, Body: other}},
		{"401", box.Refusal(http.StatusUnauthorized, "token_invalidated")},
		{"403", box.Reply{Status: http.StatusForbidden, Body: `{"detail":"not for ` + box.Ada().Email + `"}`}},
		{"404", box.Reply{Status: http.StatusNotFound, Body: "no such page"}},
		{"429, Retry-After: 7200", again("7200")},
		{"429, Retry-After: a date in two hours", again(time.Now().Add(2 * time.Hour).UTC().Format(http.TimeFormat))},
		{"429, Retry-After: 999999999999", again("999999999999")},
		{"429, Retry-After: -5", again("-5")},
		{"429 without Retry-After", box.Refusal(http.StatusTooManyRequests, "rate_limit_exceeded")},
		{"432", box.Reply{Status: 432, Body: `{"detail":"Workspace routing is unavailable"}`}},
		{"500", box.Reply{Status: http.StatusInternalServerError}},
		{"503", box.Reply{Status: http.StatusServiceUnavailable, Body: "<html>"}},
	}
}

// TestWrongAnswers compares what every face says after a wrong answer, an hour
// after a true one, with what was read and found good. Each says why, and
// keeps the older figures with their age; the State does not change.
func TestWrongAnswers(t *testing.T) {
	t.Parallel()
	answers := wrongAnswers()
	got := make([]string, len(answers))
	t.Run("each", func(t *testing.T) {
		for i, a := range answers {
			t.Run(a.name, func(t *testing.T) {
				t.Parallel()
				got[i] = "== " + a.name + "\n" + afterWrong(t, a.reply)
			})
		}
	})
	const golden = "test/program/testdata/wronganswers.txt"
	text := strings.Join(got, "\n")
	if *update {
		must.Do(t, os.WriteFile(golden, []byte(text), 0o644))
	}
	want := must.Get(os.ReadFile(golden))(t)
	for _, block := range got {
		if !strings.Contains(string(want), block) {
			t.Errorf("%s does not have\n%s", golden, block)
		}
	}
	if len(text) != len(want) {
		t.Errorf("%s has more or less than what is said", golden)
	}
}

// times are what differs from run to run: hours and days.
var times = regexp.MustCompile(`(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|周.) ?)?(?:\d{4}-\d\d-\d\dT)?\d\d:\d\d(?::\d\d(?:\.\d+)?Z)?`)

// morning is the time where it is between six and seven in the morning, so that
// hours from now are today whenever the test runs. The name is for TZ.
func morning(t *testing.T) (now time.Time, zone string) {
	now = time.Now().UTC()
	east := 6 - now.Hour()
	if east < -12 {
		east += 24
	}
	zone = fmt.Sprintf("Etc/GMT%+d", -east) // POSIX counts to the west
	there := must.Get(time.LoadLocation(zone))(t)
	return now.In(there), zone
}

// afterWrong is what the faces say after a reply.
func afterWrong(t *testing.T, reply box.Reply) string {
	b := newSandbox(t)
	now, zone := morning(t)
	b.extra = append(b.extra, "TZ="+zone)
	b.signIn(4 * time.Hour)
	b.usageOf(cli.ExitOK)
	b.age(time.Hour)
	before := b.rekey(cli.ExitOK, "status").out
	b.Server.AnswerUsage(reply)

	var said strings.Builder
	write := func(face, text string) {
		for line := range strings.Lines(times.ReplaceAllString(text, "00:00")) {
			fmt.Fprintf(&said, "%-9s| %s", face, line)
			face = ""
		}
	}
	report := b.rekey(cli.ExitOK, "usage", "--json").out
	var told usage.Report
	must.Do(t, json.Unmarshal([]byte(report), &told))
	if len(told.Usage.Windows) != 2 || told.Usage.FetchedAt.After(time.Now().Add(-time.Hour)) {
		t.Errorf("the figures are %+v", told.Usage)
	}
	short, err := json.Marshal(struct {
		Problem usage.Problem `json:"problem"`
		RetryAt time.Time     `json:"retryAt,omitzero"`
		Windows int           `json:"windows"`
	}{told.Usage.Problem, told.Usage.RetryAt, len(told.Usage.Windows)})
	must.Do(t, err)
	write("JSON", string(short)+"\n")
	if status := b.rekey(cli.ExitOK, "status", "--json").out; !strings.Contains(status, `"problem": "`+string(told.Usage.Problem)+`"`) {
		t.Errorf("status --json says %s", status)
	}
	for _, language := range []string{"en", "zh-Hans"} {
		b.extra = append(b.extra, "REKEY_LANGUAGE="+language)
		lines := slices.Collect(strings.Lines(b.rekey(cli.ExitOK, "usage").out))
		if len(lines) != 6 || !strings.Contains(lines[0], "▱  0%") || !strings.Contains(lines[1], "▱  31%") {
			t.Errorf("rekey usage says\n%s", strings.Join(lines, ""))
		}
		write("terminal", strings.Join(lines[max(0, len(lines)-2):], ""))
		w := say.New(lang.For(language))
		model := tray.Menu(w, []tray.View{{State: kit.State(auth.StatusHealthy, now), Usage: told.Usage}}, now, tray.Abilities{OpenWindow: true})
		rows := model.Homes[0].Rows
		write("menu", rows[tray.RowUsageProblem].Label+"\n")
		if rest := rows[tray.RowUsageProblem2].Label; rest != "" {
			write("", rest+"\n")
		}
		_, tightest, _ := strings.Cut(model.Tooltip, "\n")
		write("tooltip", tightest+"\n")
	}
	b.extra = append(b.extra, "REKEY_LANGUAGE=en")
	write("bar", b.barSays())
	if after := b.rekey(cli.ExitOK, "status").out; after != before && told.Usage.Problem != usage.ProblemUnauthorized {
		t.Errorf("status said\n%s, and now\n%s", before, after)
	}
	return said.String()
}

// barSays is the text of a bar with old figures, and the last line of its tooltip.
func (b *sandboxed) barSays() string {
	bar := b.start("watch", "--format", "waybar", "--usage")
	n := bar.out.until(b.t, 0, " · as of ")
	bar.end()
	lines, _ := bar.out.lines()
	var shown struct{ Text, Tooltip string }
	must.Do(b.t, json.Unmarshal([]byte(lines[n-1]), &shown))
	return shown.Text + "\n" + shown.Tooltip[strings.LastIndex(shown.Tooltip, "\n")+1:] + "\n"
}

// age makes the figures older than they are, so that the next look asks.
func (b *sandboxed) age(by time.Duration) {
	b.t.Helper()
	var records []string
	_ = filepath.WalkDir(filepath.Dir(b.Home.Dir()), func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Name() == "usage.json" {
			records = append(records, path)
		}
		return nil
	})
	if len(records) != 1 {
		b.t.Fatalf("the records are %q", records)
	}
	kept := files.Memory{Home: filepath.Dir(records[0]), User: b.t.TempDir()}
	unlock := must.Get(kept.Lock(inTime(b.t)))(b.t)
	defer unlock()
	rec := kept.Load()
	rec.AskedAt, rec.Usage.FetchedAt = rec.AskedAt.Add(-by), rec.Usage.FetchedAt.Add(-by)
	for i := range rec.Usage.Windows {
		rec.Usage.Windows[i].ToldAt = rec.Usage.FetchedAt
	}
	must.Do(b.t, kept.Save(rec))
}
