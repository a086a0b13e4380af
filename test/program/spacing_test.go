//go:build unix

package program_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// Scripts in a loop do not become a storm, with and without an agent, over any
// number of processes: one request, and everybody is told what came of it.
func TestNoStorm(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		reply box.Reply
		words string
	}{
		"429 with Retry-After": {box.Reply{Status: http.StatusTooManyRequests, Header: map[string]string{"Retry-After": "3600"}}, "answered 429"},
		"500":                  {box.Reply{Status: http.StatusInternalServerError}, "answered 500"},
		"lost answers":         {box.Reply{Drop: true}, "no answer came"},
		"a refusal to serve":   {box.Refusal(http.StatusForbidden, "unsupported_country_region_territory"), "unsupported_country_region_territory (403)"},
	} {
		for _, agent := range []bool{false, true} {
			t.Run(name+map[bool]string{false: "", true: ", agent"}[agent], func(t *testing.T) {
				t.Parallel()
				b := newSandbox(t)
				b.signIn(-time.Minute)
				b.Server.SetMode(tt.reply)
				if agent {
					watch := b.start("watch")
					defer watch.end()
					must.Do(t, b.Server.WaitForRequests(inTime(t), 1))
				} else {
					b.rekey(cli.ExitWaiting, "refresh").sentence(t, tt.words)
				}
				var loops sync.WaitGroup
				for _, command := range []string{"token", "refresh", "token", "refresh"} {
					loops.Go(func() {
						for range 5 {
							r := b.run(b.command(command))
							if !strings.Contains(r.err, tt.words) {
								t.Errorf("rekey %s says %q, want %q", command, r.err, tt.words)
							}
						}
					})
				}
				loops.Wait()
				b.wantSpaced(auth.MinSpacing - time.Second)
				r := b.run(b.command("status"))
				if strings.Contains(r.out, "Offline") || !strings.Contains(strings.ToLower(r.out), strings.ToLower(tt.words)) &&
					!strings.Contains(r.out, "got no answer") {
					t.Errorf("rekey status does not tell the reason: %s", r.out)
				}
			})
		}
	}
}

// wantSpaced wants a refresh, and no other sooner than so long after it: on a busy
// machine the loops may take longer.
func (b *sandboxed) wantSpaced(least time.Duration) {
	b.t.Helper()
	var last time.Time
	for _, r := range b.Server.Requests() {
		if r.Grant != box.GrantRefresh {
			continue
		}
		if gap := r.At.Sub(last); gap < least {
			b.t.Errorf("a request came %v after the one before", gap)
		}
		last = r.At
	}
	if last.IsZero() {
		b.t.Error("nothing was sent")
	}
}

// Two old files take turns in the store while an agent watches: each of their
// tokens is sent once, and never again.
func TestRefusedFilesTakeTurns(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	var files [][]byte
	for range 2 {
		b.signIn(-time.Minute)
		content := must.Get(b.Home.Read())(t)
		files = append(files, slices.Clone(content))
	}
	b.Server.RevokeAll()
	watch := b.start("watch", "--format=json")
	watch.out.until(t, 0, string(auth.StatusSignInRequired))
	for i := range 20 {
		b.put(files[i%2])
		b.rekey(cli.ExitSignInRequired, "refresh")
	}
	watch.end()
	b.rekey(cli.ExitSignInRequired, "refresh")
	if n := b.Server.Refreshes(); n != 2 {
		t.Errorf("%d requests, want two", n)
	}
}
