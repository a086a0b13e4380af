package lang_test

import (
	"testing"

	"rekey/assets/lang"
)

func TestForFindsTheLanguage(t *testing.T) {
	tests := []struct {
		wanted []string
		want   string
	}{
		{nil, "en"},
		{[]string{""}, "en"},
		{[]string{"zh-Hans"}, "zh-Hans"},
		{[]string{"zh_CN.UTF-8"}, "zh-Hans"},
		{[]string{"zh_CN.utf8"}, "zh-Hans"},
		{[]string{"zh_CN"}, "zh-Hans"},
		{[]string{"zh_SG.UTF-8@pinyin"}, "zh-Hans"},
		{[]string{"zh"}, "zh-Hans"},
		{[]string{"zh_CN.GB18030"}, "en"}, // a terminal that could not show ours
		{[]string{"C.UTF-8"}, "en"},
		{[]string{"POSIX", "zh_CN"}, "en"},
		{[]string{"de_DE.UTF-8"}, "de"},
		{[]string{"de_AT@euro"}, "de"},
		{[]string{"pt_BR.UTF-8"}, "pt-BR"},
		{[]string{"pt_PT"}, "pt-BR"},
		{[]string{"es_MX"}, "es"},
		{[]string{"ja_JP.UTF-8"}, "ja"},
		{[]string{"ko_KR.UTF-8"}, "ko"},
		{[]string{"zh_TW.UTF-8"}, "zh-Hant"},
		{[]string{"zh_HK"}, "zh-Hant"},
		{[]string{"nl_NL.UTF-8"}, "en"},
		{[]string{"nl", "zh_CN"}, "zh-Hans"},
		{[]string{"en_GB", "zh_CN"}, "en"},
		{[]string{"not a language", "zh"}, "zh-Hans"},
		{[]string{"nl;q=0.9, zh-CN;q=0.8, en;q=0.7"}, "zh-Hans"},
		{[]string{"en;q=0.7, zh-CN;q=0.8"}, "zh-Hans"},
		{[]string{"en-US,en;q=0.9,zh-CN;q=0.8"}, "en"},
		{[]string{"zh-CN,zh;q=0.9,en;q=0.8"}, "zh-Hans"},
		{[]string{"*"}, "en"},
		{[]string{";;;,,,q=q"}, "en"},
	}
	for _, tt := range tests {
		if got := lang.For(tt.wanted...).Language(); got != tt.want {
			t.Errorf("For(%q) speaks %q, want %q", tt.wanted, got, tt.want)
		}
	}
}

func TestForUser(t *testing.T) {
	tests := []struct {
		name       string
		configured string
		env        map[string]string
		want       string
	}{
		{"nothing", "", nil, "en"},
		{"LANG", "", map[string]string{"LANG": "zh_CN.UTF-8"}, "zh-Hans"},
		{"LC_MESSAGES over LANG", "", map[string]string{"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"},
		{"LC_ALL over both", "", map[string]string{"LANG": "en", "LC_MESSAGES": "en", "LC_ALL": "zh_CN.UTF-8"}, "zh-Hans"},
		{"an empty one does not count", "", map[string]string{"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh-Hans"},
		{"LANGUAGE before the locale", "", map[string]string{"LANG": "en_US.UTF-8", "LANGUAGE": "nl:zh_CN:en"}, "zh-Hans"},
		{"LANGUAGE alone", "", map[string]string{"LANGUAGE": "zh_CN"}, "en"},
		{"no locale at all", "", map[string]string{"LANG": "C", "LANGUAGE": "zh_CN"}, "en"},
		{"Rekey's own variable", "", map[string]string{"LC_ALL": "en_US.UTF-8", lang.Variable: "zh-Hans"}, "zh-Hans"},
		{"configured", "zh-Hans", map[string]string{"LANG": "en_US.UTF-8"}, "zh-Hans"},
		{"configured English", "en", map[string]string{"LANG": "zh_CN.UTF-8"}, "en"},
	}
	for _, tt := range tests {
		got := lang.ForUser(tt.configured, func(name string) string { return tt.env[name] }).Language()
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestSay(t *testing.T) {
	en, zh := lang.For("en"), lang.For("zh-Hans")
	for _, tt := range []struct{ got, want string }{
		{en.Say("state.signed_out"), "Not signed in"},
		{zh.Say("state.signed_out"), "未登录"},
		{en.Say("state.refused", "Why", "a <b> & {{.c}}"), "Sign in again: a <b> & {{.c}}"},
		{en.Count("about.days", 1), "1 day"},
		{en.Count("about.days", 2), "2 days"},
		{zh.Count("about.days", 1), "1 天"},
		{en.Count("about.minutes", 1), "1 min"},
		{en.Say("no.such"), "no.such"},
		{zh.Say("no.such"), "no.such"},
		{lang.Printer{}.Say("state.signed_out"), "state.signed_out"},
	} {
		if tt.got != tt.want {
			t.Errorf("said %q, want %q", tt.got, tt.want)
		}
	}
}

// TestChineseSpacing: Chinese has a space beside Latin words and numbers, and
// none between characters, whatever stands in a placeholder.
func TestChineseSpacing(t *testing.T) {
	p := lang.For("zh-Hans")
	for want, got := range map[string]string{
		"有效期至 14:05，之后需重新登录":             p.Say("state.expiring", "When", "14:05"),
		"有效期至周二 14:05，之后需重新登录":           p.Say("state.expiring", "When", "周二 14:05"),
		"此处没有托盘。改为以“rekey watch”方式继续运行。": p.Say("cli.no_tray", "Why", "此处没有托盘。"),
		"已于周二到期":               p.Say("fact.ended", "When", "周二"),
		"无法写入 /home/张 三/a：原 因": p.Say("fault.cannot_write", "Where", "/home/张 三/a", "Why", "原 因"),
		"已于 到期":                p.Say("fact.ended", "When", ""),
	} {
		if got != want {
			t.Errorf("said %q, want %q", got, want)
		}
	}
}
