package program_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/ui/cli"
)

// P7: while usage is asked for, shown and handed on, whatever the backend answers,
// no token is in what any face prints, in a log, in the figures and their history,
// or in what the hook's process is given.
func TestUsageLeavesNoTokens(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	dir := filepath.Dir(b.Home.Dir())
	b.extra = append(b.extra, "REKEY_LOG=debug", "XDG_CONFIG_HOME="+filepath.Join(dir, "config"))
	hook := filepath.Join(dir, "hook")
	files.Write(t, hook, []byte("#!/bin/sh\n/bin/cat /proc/$$/environ /proc/$$/cmdline - >>\"$0.out\"\n"))
	files.Chmod(t, hook, 0o700)
	b.prefer("log = \"debug\"\nusage_alerts = [1]\nhook = '" + hook + "'")
	b.signIn(time.Hour)
	watch, client := b.start("watch", "--format", "waybar", "--usage"), b.start("app-server")
	watch.out.until(t, 0, "week 31%")
	client.send(1, "initialize", hello)
	client.answer(1)
	for _, r := range []struct {
		status int
		body   string
	}{
		{http.StatusOK, `<html>%s %s`}, {http.StatusOK, `{"detail":%q,"more":%q}`}, {http.StatusBadRequest, `{"error":{"code":%q,"message":%q}}`},
		{http.StatusForbidden, `%q %q`}, {http.StatusTemporaryRedirect, `%s %s`}, {http.StatusTooManyRequests, `{"detail":%q,"more":%q}`},
		{http.StatusUnauthorized, `{"error":{"code":%q,"message":%q}}`},
	} {
		reply := box.Reply{Status: r.status, Body: fmt.Sprintf(r.body, b.accessToken(), b.secrets[len(b.secrets)-1])}
		reply.Header = map[string]string{"Location": "/elsewhere?token=" + b.accessToken(), "Retry-After": b.accessToken()}
		b.mayAsk()
		before := b.Server.UsageRequests()
		b.Server.AnswerUsage(reply)
		for _, args := range []string{"usage", "usage --json", "status --json", "homes --json"} {
			b.rekey(cli.ExitOK, strings.Fields(args)...)
		}
		b.note() // after a 401 there are others
		if b.Server.UsageRequests() == before {
			t.Errorf("%d: the backend was not asked", r.status)
		}
	}
	b.signIn(time.Hour)
	b.mayAsk()
	b.Server.AnswerUsage(box.Reply{Status: http.StatusOK, Body: `{"plan_type":"plus","rate_limit":{"primary_window":{"used_percent":77,"limit_window_seconds":18000,"reset_after_seconds":600}}}`})
	kit.Eventually(t, "the new sign-in's figures", func() bool {
		return strings.Contains(b.rekey(cli.ExitOK, "usage").out, "77%")
	})
	// What the agent was told, the clients of another process are told.
	client.out.until(t, 0, `"account/rateLimits/updated","params":{"rateLimits":{"limitId":"codex","limitName":null,"normalModelSlug":null,"primary":{"usedPercent":77,`)
	client.send(2, "account/rateLimits/read", "null")
	client.answer(2)
	kit.Eventually(t, "the hook", func() bool {
		info, err := os.Stat(hook + ".out")
		return err == nil && info.Size() > 0
	})
	for _, p := range []*running{watch, client} {
		p.end()
	}
	for _, part := range []string{"rekey.log", "usage.json", "usage-history.json", "hook.out"} {
		b.searched(dir, part)
	}
}

// mayAsk lets the next look ask, as it would an hour later.
func (b *sandboxed) mayAsk() {
	b.t.Helper()
	b.age(time.Hour)
	if err := os.Remove(filepath.Join(b.Options().Dirs.State, "usage-pause.json")); err != nil && !os.IsNotExist(err) {
		b.t.Fatal(err)
	}
}

// searched has the files of that name searched with what was printed. There is at
// least one, and it holds something.
func (b *sandboxed) searched(dir, name string) {
	b.t.Helper()
	found := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == name && d.Type().IsRegular() {
			content := files.Read(b.t, path)
			found += len(content)
			_, _ = b.Write(content)
		}
		return err
	})
	if err != nil || found == 0 {
		b.t.Errorf("%s holds %d bytes, %v", name, found, err)
	}
}
