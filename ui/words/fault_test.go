package words_test

import (
	"errors"
	"fmt"
	"testing"

	"rekey/assets/lang"
	"rekey/auth"
	"rekey/auth/login"
	"rekey/internal/fault"
	"rekey/ui/words"
)

// chinese are the words that the tables of the translation are written in.
var chinese = words.New(lang.For("zh-Hans"))

func TestError(t *testing.T) {
	reused := &auth.RefreshError{Permanent: true, Reason: auth.ReasonReused, Status: 401}
	tests := []struct {
		err    error
		en, zh string
	}{
		{reused, "the sign-in cannot be refreshed: the refresh token was already used", "登录无法刷新：刷新令牌已被使用过"},
		{fmt.Errorf("x: %w", reused), "the sign-in cannot be refreshed: the refresh token was already used", "登录无法刷新：刷新令牌已被使用过"},
		{&auth.RefreshError{Status: 503}, "the authorization server answered 503; the sign-in was not refreshed", "授权服务器返回 503，登录未刷新"},
		{
			&auth.RefreshError{Err: fault.New("no_connection", "no connection could be made")},
			"the sign-in was not refreshed: no connection could be made", "登录未刷新：无法建立连接",
		},
		{login.ErrTimeout, "the sign-in was not finished in the browser in time", "未在规定时间内在浏览器中完成登录"},
		{&login.DeniedError{Code: "server_error"}, "the sign-in was refused: server_error", "登录被拒绝：server_error"},
		{
			&login.DeniedError{Description: "missing_codex_entitlement"},
			"Codex is not enabled for this workspace; its administrator can grant access",
			"此工作区未启用 Codex，可由其管理员授予访问权限",
		},
		{
			&login.PortsBusyError{Ports: []int{1455, 1457}},
			"port 1455/1457 on this machine is in use by another program; sign in with a code instead (rekey login --device)",
			"本机端口 1455/1457 已被其他程序占用；请改用验证码登录（rekey login --device）",
		},
		{
			fmt.Errorf("%w: write /home/ada/.codex/auth.json: no space left on device", auth.ErrCannotSave),
			"nothing was sent because the new tokens could not be saved: write /home/ada/.codex/auth.json: no space left on device",
			"未发送任何请求，因为新令牌将无法保存: write /home/ada/.codex/auth.json: no space left on device",
		},
		{
			&auth.UnreadableError{Where: "/home/ada/.codex/auth.json", What: fault.New("field_jwt", "{{.Field}} is not a JSON Web Token", "Field", "tokens.id_token")},
			"cannot read /home/ada/.codex/auth.json: tokens.id_token is not a JSON Web Token",
			"无法读取 /home/ada/.codex/auth.json：tokens.id_token 不是 JSON Web Token",
		},
		{errors.New("something and another: foreign"), "something and another: foreign", "something and another: foreign"},
		{fmt.Errorf("mine: %w", fault.New("locked", "it is locked")), "mine: it is locked", "mine: 已锁定"},
	}
	for _, tt := range tests {
		if got := english.Error(tt.err); got != tt.en {
			t.Errorf("in English: %q, want %q", got, tt.en)
		}
		if got := chinese.Error(tt.err); got != tt.zh {
			t.Errorf("in Chinese: %q, want %q", got, tt.zh)
		}
	}
}

func TestProblemInChinese(t *testing.T) {
	for want, problem := range map[string]error{
		"": nil,
		"无法读取 /a/b：内容为空或不完整":                 &auth.UnreadableError{Where: "/a/b", What: fault.New("cut_off", "it is empty or incomplete")},
		"登录未刷新：未在规定时间内响应":                    &auth.RefreshError{Err: fault.New("no_answer_in_time", "it did not answer in time")},
		"授权服务器返回 503，登录未刷新":                  &auth.RefreshError{Status: 503},
		"未发送任何请求，因为新令牌将无法保存：disk is on fire": auth.CannotSave(errors.New("disk is on fire")),
	} {
		if got := chinese.Problem(auth.State{Cause: auth.CauseOf(problem)}); got != want {
			t.Errorf("Problem(%v) = %q, want %q", problem, got, want)
		}
	}
}
