package words_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"

	"rekey/auth"
	"rekey/internal/fault"
)

func TestChineseForEveryStatus(t *testing.T) {
	ada := auth.State{
		Method: auth.KindChatGPT, Email: "ada@example.com", Plan: "pro", Store: "/home/ada/.codex/auth.json",
		KeepFresh: true, Refreshable: auth.RefreshableYes,
		ExpiresAt: now.Add(27 * time.Hour), NextRefresh: now.Add(time.Hour),
	}
	tests := []struct {
		status                      auth.Status
		change                      func(*auth.State)
		headline, expiry, refreshes string
		action, notice              string
	}{
		{auth.StatusSignedOut, func(s *auth.State) { *s = auth.State{Status: s.Status} }, "未登录", "", "", "登录…", ""},
		{
			auth.StatusAPIKey, func(s *auth.State) { *s = auth.State{Status: s.Status, Method: auth.KindAPIKey} },
			"正在使用 API 密钥", "", "", "使用 ChatGPT 登录…", "",
		},
		{auth.StatusExternal, func(s *auth.State) { s.Method = auth.KindExternalTokens }, "由宿主程序管理", "有效期至周二 14:05（还剩 27 小时）", "", "", ""},
		{auth.StatusHealthy, nil, "ada@example.com · Pro", "有效期至周二 14:05（还剩 27 小时）", "将于 12:05 刷新", "", ""},
		{auth.StatusRefreshing, nil, "正在刷新…", "有效期至周二 14:05（还剩 27 小时）", "正在刷新", "", ""},
		{auth.StatusWaiting, func(s *auth.State) {
			s.ExpiresAt, s.Cause = now.Add(-time.Hour), auth.CauseOf(&auth.RefreshError{Err: errors.New("no route")})
		}, "离线：恢复联网后自动刷新", "已于 10:05 到期", "将于 12:05 刷新", "立即重试", ""},
		{
			auth.StatusExpiring, func(s *auth.State) { s.Refused = auth.ReasonReused },
			"有效期至周二 14:05，之后需重新登录", "有效期至周二 14:05（还剩 27 小时）", "无法刷新：刷新令牌已被使用过", "重新登录…",
			"Codex 在周二 14:05 前仍可使用。刷新令牌已被使用过。",
		},
		{
			auth.StatusSignInRequired, func(s *auth.State) { s.Refused, s.ExpiresAt = auth.ReasonRevoked, now.Add(-48*time.Hour) },
			"请重新登录：登录已被撤销", "已于周六 11:05 到期", "无法刷新：登录已被撤销", "重新登录…", "登录已被撤销。重新登录后 Codex 即可恢复使用。",
		},
		{
			auth.StatusUnreadable, func(s *auth.State) {
				s.Cause = auth.CauseOf(&auth.UnreadableError{Where: s.Store, What: fault.New("not_json", "it is not valid JSON")})
			},
			"无法读取 auth.json：不是有效的 JSON", "有效期至周二 14:05（还剩 27 小时）", "", "打开文件夹", "",
		},
	}
	seen := map[auth.Status]bool{}
	for _, tt := range tests {
		seen[tt.status] = true
		s := ada
		s.Status = tt.status
		if tt.change != nil {
			tt.change(&s)
		}
		_, action := chinese.MainAction(s)
		for _, part := range []struct{ name, got, want string }{
			{"Headline", chinese.Headline(s, now), tt.headline},
			{"Expiry", chinese.Expiry(s, now), tt.expiry},
			{"Refresh", chinese.Refresh(s, now), tt.refreshes},
			{"MainAction", action, tt.action},
			{"NoticeOf", chinese.NoticeOf(s, now).Body, tt.notice},
		} {
			if part.got != part.want {
				t.Errorf("%s: %s = %q, want %q", tt.status, part.name, part.got, part.want)
			}
		}
	}
	for _, s := range auth.Statuses() {
		if !seen[s] {
			t.Errorf("no case for status %q", s)
		}
	}
}

func TestChineseTimes(t *testing.T) {
	for want, at := range map[string]time.Time{
		"10:05":             now.Add(-time.Hour),
		"周日 11:05":          now.Add(-24 * time.Hour),
		"11月1日 11:05":       now.Add(-22 * 24 * time.Hour),
		"2025年12月18日 11:05": now.Add(-340 * 24 * time.Hour),
	} {
		if got := chinese.LastRefreshed(auth.State{LastRefresh: at}, now); got != want {
			t.Errorf("LastRefreshed(%v) = %q, want %q", at, got, want)
		}
	}
	for in, want := range map[time.Duration]string{
		20 * time.Second:    "有效期至 11:05（还剩不到 1 分钟）",
		31 * time.Second:    "有效期至 11:05（还剩 1 分钟）",
		90 * time.Minute:    "有效期至 12:35（还剩 90 分钟）",
		10 * 24 * time.Hour: "有效期至 12月3日 11:05（还剩 10 天）",
	} {
		if got := chinese.Expiry(auth.State{ExpiresAt: now.Add(in)}, now); got != want {
			t.Errorf("Expiry(now+%v) = %q, want %q", in, got, want)
		}
	}
}

// TestChineseSaysEverything: whatever the State, no English is left but names.
func TestChineseSaysEverything(t *testing.T) {
	for _, status := range auth.Statuses() {
		for _, reason := range []auth.Reason{"", auth.ReasonExpired, auth.ReasonReused, auth.ReasonRevoked, auth.ReasonInvalidGrant, auth.ReasonUnauthorized, auth.ReasonAccountChanged, "new"} {
			for _, kind := range []auth.Kind{auth.KindNone, auth.KindAPIKey, auth.KindChatGPT, auth.KindExternalTokens, auth.KindPersonalToken, auth.KindAgentIdentity, auth.KindBedrockKey, auth.KindHeaders} {
				s := auth.State{Status: status, Refused: reason, Method: kind, ExpiresAt: now.Add(50 * 24 * time.Hour), RefusedAt: now}
				_, action := chinese.MainAction(s)
				n := chinese.NoticeOf(s, now)
				for _, text := range []string{
					chinese.Headline(s, now), chinese.Expiry(s, now), chinese.Refresh(s, now), chinese.Refusal(s, now),
					chinese.Credential(kind), chinese.Obstacle(s), action, n.Title, n.Body, chinese.Reason(reason), chinese.ReasonSentence(reason),
				} {
					if rest := latin(text); rest != "" {
						t.Fatalf("%+v: %q has %q in it", s, text, rest)
					}
				}
			}
		}
	}
}

// latin is what is left of a text in Latin letters, without the names that are
// the same in every language.
func latin(text string) string {
	text = strings.NewReplacer("Codex", "", "ChatGPT", "", "Rekey", "", "API", "", "Amazon Bedrock", "").Replace(text)
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Latin) {
			return r
		}
		return -1
	}, text)
}
