package promises_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"rekey/internal/box"
)

// wantTaken wants every Codex to go on with the owner's token, after a round: told
// to refresh it finds the new token and sends nothing.
func (l *lending) wantTaken(round int) {
	l.t.Helper()
	l.everywhere("token of the owner", func(home *box.Home) bool { return l.access(home) == l.access(l.Home) })
	for i, c := range l.codexes {
		if got := l.ask(c); got != l.access(l.Home) {
			l.t.Errorf("round %d: Codex %d does not go on with the owner's token", round, i)
		}
	}
}

// wantOwnersOnly: the server has seen so many refreshes, all of them the owner's.
func (l *lending) wantOwnersOnly(n int, agent *watch) {
	l.t.Helper()
	for _, r := range l.Server.Requests() {
		if strings.HasPrefix(r.Endpoint, "/oauth/") && (r.Outcome != box.OutcomeOK || r.RefreshToken == 0) {
			l.t.Errorf("the server saw %s with token %d: %s", r.Endpoint, r.RefreshToken, r.Outcome)
		}
	}
	if got := l.Server.Refreshes(); got != n {
		l.t.Errorf("%d refreshes, want %d", got, n)
	}
	l.wantNoRefreshToken(agent)
}

// owners and markers are how many requests the server has seen with a token of its
// own, and with something else in its place: the marker.
func (l *lending) owners() int { return l.Server.Refreshes() - l.markers() }

func (l *lending) markers() (n int) {
	for _, r := range l.Server.Requests() {
		if strings.HasPrefix(r.Endpoint, "/oauth/") && r.RefreshToken == 0 {
			n++
		}
	}
	return n
}

// tellRequests shows what the authorization server has seen.
func (l *lending) tellRequests() {
	l.t.Helper()
	for _, r := range l.Server.Requests() {
		if strings.HasPrefix(r.Endpoint, "/oauth/") {
			l.t.Logf("%s %s token %d by %s: %s", r.At.Format("15:04:05"), r.Endpoint, r.RefreshToken, r.Header.Get("User-Agent"), r.Outcome)
		}
	}
}

// wantNoRefreshToken looks for the owner's refresh tokens wherever a borrower can
// look: in every file of its home, in what came through ssh, and in what the
// agent said.
func (l *lending) wantNoRefreshToken(agent *watch) {
	l.t.Helper()
	wire, err := os.ReadFile(l.wire)
	l.must(err)
	if !bytes.Contains(wire, []byte(l.access(l.Home))) {
		l.t.Error("what went through ssh was not seen")
	}
	said := agent.Stderr() + string(wire)
	for _, there := range l.boxes {
		l.must(filepath.WalkDir(there.Home, func(path string, d os.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			content, err := os.ReadFile(path)
			said += string(content)
			return err
		}))
	}
	for _, token := range append(l.spent, l.stored(l.Home).RefreshToken().Reveal()) {
		if strings.Contains(said, token) {
			l.t.Error("a refresh token of the owner's is at a borrower")
		}
	}
}
