//go:build unix

package program_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"rekey/test/kit"
	"rekey/ui/cli"
)

var han = regexp.MustCompile(`\p{Han}`)

// TestLanguages: the program speaks the language of whom it runs for, and to
// programs the same as ever.
func TestLanguages(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.program = kit.Rekey(t) // many short runs, for which the race detector takes long
	chinese, english := []string{"LANG=zh_CN.UTF-8"}, []string{"LANG=nl_NL.UTF-8"}
	b.extra = chinese
	if r := b.rekey(cli.ExitSignedOut, "status"); r.out != "未登录\n" {
		t.Errorf("in Chinese, status says %q", r.out)
	}
	b.rekey(cli.ExitUsage, "nosuch").sentence(t, "nosuch")
	if r := b.rekey(cli.ExitUsage, "status", "--nosuch"); !han.MatchString(r.err) {
		t.Errorf("in Chinese, a wrong flag gets %q", r.err)
	}
	b.put([]byte("{"))
	if r := b.rekey(cli.ExitUnreadable, "status"); r.out != "无法读取 auth.json：内容为空或不完整\n" {
		t.Errorf("in Chinese, status says %q", r.out)
	}
	b.signIn(time.Hour)
	b.Server.RevokeAll()
	b.rekey(cli.ExitExpiring, "refresh").sentence(t, "登录无法刷新：")
	if r := b.rekey(cli.ExitExpiring, "status", "--json"); han.MatchString(r.out) || !strings.Contains(r.out, `"status": "expiring"`) {
		t.Errorf("in Chinese, a program reads %q", r.out)
	}
	b.extra = english
	if r := b.rekey(cli.ExitExpiring, "status"); !strings.HasPrefix(r.out, "Works until ") {
		t.Errorf("in English, status says %q", r.out)
	}
	b.extra = append(english, "REKEY_LANGUAGE=zh-Hans")
	if r := b.rekey(cli.ExitExpiring, "status"); !strings.HasPrefix(r.out, "有效期至") {
		t.Errorf("with a language of its own, status says %q", r.out)
	}
	for _, path := range commands(cli.Tree("test")) {
		help := append(strings.Fields(path), "--help")
		b.extra = chinese
		in := b.rekey(cli.ExitOK, help...).out
		b.extra = english
		as := b.rekey(cli.ExitOK, help...).out
		first, _, _ := strings.Cut(in, "\n")
		if !han.MatchString(first) || !strings.Contains(in, "用法：") || han.MatchString(as) {
			t.Errorf("the help of %q is\n%s\nand in English\n%s", path, in, as)
		}
		for _, line := range strings.Split(in, "\n") {
			if words.MatchString(line) && !han.MatchString(line) && !strings.HasPrefix(line, "  ") {
				t.Errorf("the help of %q has the line %q", path, line)
			}
		}
	}
}

// commands are the paths of all commands below root, without its own name.
func commands(root *cobra.Command) []string {
	paths := []string{""}
	for _, cmd := range root.Commands() {
		if cmd.Hidden || cmd.Name() == "help" {
			continue
		}
		for _, below := range commands(cmd) {
			paths = append(paths, strings.TrimSpace(cmd.Name()+" "+below))
		}
	}
	return paths
}

// Two words in a row, or one with a capital: text for people.
var words = regexp.MustCompile(`\pL{2,}[,;:]? \pL{2,}|^\s*\p{Lu}\p{Ll}`)
