package words_test

import (
	"testing"
	"time"

	"rekey/assets/lang"
	"rekey/auth"
	"rekey/ui/words"
)

func TestActivityText(t *testing.T) {
	chinese := words.New(lang.For("zh-Hans"))
	tests := []struct {
		in      auth.Activity
		en, han string
	}{
		{auth.Activity{Kind: auth.ActivityRefreshed, Count: 1}, "Refreshed by Rekey", "由 Rekey 刷新"},
		{auth.Activity{Kind: auth.ActivityAdopted, Count: 1}, "Refreshed by another program", "由其他程序刷新，已采用"},
		{auth.Activity{Kind: auth.ActivityRefused, Reason: auth.ReasonReused, Count: 1},
			"Refused: the refresh token was already used", "被拒绝：刷新令牌已被使用过"},
		{auth.Activity{Kind: auth.ActivityFailed, Count: 1}, "Not refreshed yet, will be tried again", "未能刷新，稍后重试"},
		{auth.Activity{Kind: auth.ActivityFailed, Count: 12}, "Not refreshed yet, will be tried again (12 times)", "未能刷新，稍后重试（12 次）"},
		{auth.Activity{Kind: auth.ActivityLost, Count: 1}, "A refresh got no answer", "有一次刷新没有收到响应"},
		{auth.Activity{Kind: auth.ActivityUnsaved, Count: 2}, "Refreshed by Rekey, but not saved yet (2 times)", "由 Rekey 刷新，但尚未保存（2 次）"},
		{auth.Activity{Kind: auth.ActivitySignedIn, Count: 1}, "Signed in", "已登录"},
		{auth.Activity{Kind: auth.ActivitySignedOut, Count: 1}, "Signed out", "已退出登录"},
		{auth.Activity{Kind: "of_a_newer_agent"}, "Something else happened", "发生了其他事情"},
	}
	for _, tt := range tests {
		if got := english.ActivityText(tt.in); got != tt.en {
			t.Errorf("ActivityText(%+v) = %q, want %q", tt.in, got, tt.en)
		}
		if got := chinese.ActivityText(tt.in); got != tt.han {
			t.Errorf("ActivityText(%+v) = %q, want %q", tt.in, got, tt.han)
		}
	}
}

func TestActivityTime(t *testing.T) {
	a := auth.Activity{At: now.Add(-2 * time.Hour).UTC()}
	if got, want := english.ActivityTime(a, now), "09:05"; got != want {
		t.Errorf("ActivityTime = %q, want %q", got, want)
	}
}

func TestActivityDay(t *testing.T) {
	chinese := words.New(lang.For("zh-Hans"))
	tests := []struct {
		ago     time.Duration
		en, han string
	}{
		{0, "Today", "今天"},
		{11*time.Hour + 5*time.Minute, "Today", "今天"},
		{11*time.Hour + 6*time.Minute, "Yesterday", "昨天"},
		{3 * 24 * time.Hour, "Fri 20 Nov", "11月20日周五"},
		{40 * 24 * time.Hour, "Wed 14 Oct", "10月14日周三"},
		{365 * 24 * time.Hour, "23 Nov 2025", "2025年11月23日"},
	}
	for _, tt := range tests {
		a := auth.Activity{At: now.Add(-tt.ago).UTC()}
		if got := english.ActivityDay(a, now); got != tt.en {
			t.Errorf("ActivityDay(%v ago) = %q, want %q", tt.ago, got, tt.en)
		}
		if got := chinese.ActivityDay(a, now); got != tt.han {
			t.Errorf("ActivityDay(%v ago) = %q, want %q", tt.ago, got, tt.han)
		}
	}
}
