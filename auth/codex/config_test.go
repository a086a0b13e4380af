package codex

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// custom is a provider of the user's own.
const custom = "model_provider = \"mine\"\n[model_providers.mine]\nname = \"Mine\"\nbase_url = \"http://127.0.0.1:1\"\n"

// with changes the default configuration.
func with(change func(*Config)) Config {
	c := defaultConfig()
	change(&c)
	return c
}

// Every row was tried on Codex 0.169.0.
func TestReadConfig(t *testing.T) {
	for _, tt := range []struct {
		name, toml string
		want       Config
	}{
		{"empty", "", defaultConfig()},
		{"unknown keys", "nonsense = 3\n[weird]\nx = 1\n", defaultConfig()},
		{"file", `cli_auth_credentials_store = "file"`, with(func(c *Config) { c.Store = StoreFile })},
		{"keyring", `cli_auth_credentials_store = "keyring"`, with(func(c *Config) { c.Store = StoreKeyring })},
		{"auto", `cli_auth_credentials_store = "auto"`, with(func(c *Config) { c.Store = StoreAuto })},
		{"ephemeral", `cli_auth_credentials_store = "ephemeral"`, with(func(c *Config) { c.Store = StoreEphemeral })},
		{"encrypted", "[features]\nsecret_auth_storage = true\nother = true\n", with(func(c *Config) { c.Encrypted = true })},
		{"not encrypted", "[features]\nsecret_auth_storage = false\n", with(func(c *Config) { c.Encrypted = false })},
		{"forced chatgpt", `forced_login_method = "chatgpt"`, with(func(c *Config) { c.ForcedLogin = LoginChatGPT })},
		{"forced api", `forced_login_method = "api"`, with(func(c *Config) { c.ForcedLogin = LoginAPI })},
		{"workspace", `forced_chatgpt_workspace_id = " acct-ada "`, with(func(c *Config) { c.Workspaces = []string{"acct-ada"} })},
		{"workspaces", `forced_chatgpt_workspace_id = ["", "a", "b"]`, with(func(c *Config) { c.Workspaces = []string{"a", "b"} })},
		{"blank workspace", `forced_chatgpt_workspace_id = " "`, defaultConfig()},
		{"no workspaces", `forced_chatgpt_workspace_id = []`, defaultConfig()},
		{"base url", `chatgpt_base_url = "http://127.0.0.1:1/x"`, with(func(c *Config) { c.ChatGPTBaseURL = "http://127.0.0.1:1/x" })},
		{"ollama", `model_provider = "ollama"`, with(func(c *Config) { c.Provider, c.RequiresOpenAIAuth = "ollama", false })},
		{"lmstudio", `model_provider = "lmstudio"`, with(func(c *Config) { c.Provider, c.RequiresOpenAIAuth = "lmstudio", false })},
		{"bedrock", `model_provider = "amazon-bedrock"`, with(func(c *Config) { c.Provider, c.RequiresOpenAIAuth = "amazon-bedrock", false })},
		{"custom provider", custom, with(func(c *Config) { c.Provider, c.RequiresOpenAIAuth = "mine", false })},
		{"custom provider with a sign-in", custom + "requires_openai_auth = true\n", with(func(c *Config) { c.Provider = "mine" })},
		{"custom provider with a key", custom + "env_key = \"MINE_KEY\"\n", with(func(c *Config) {
			c.Provider, c.RequiresOpenAIAuth = "mine", false
		})},
		{"other provider is not active", "[model_providers.mine]\nname = \"Mine\"\nenv_key = \"MINE_KEY\"\n", defaultConfig()},
		{"byte order mark and CRLF", "\ufeffcli_auth_credentials_store = \"auto\"\r\n", with(func(c *Config) { c.Store = StoreAuto })},
	} {
		t.Run(tt.name, func(t *testing.T) {
			home := t.TempDir()
			files.Write(t, filepath.Join(home, configFile), []byte(tt.toml))
			got, err := readConfig(home, "")
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v, %v\nwant %+v", got, err, tt.want)
			}
		})
	}
}

func TestReadConfigWithoutAFile(t *testing.T) {
	dir := t.TempDir()
	for _, home := range []string{dir, filepath.Join(dir, "no", "such", "home")} {
		if got, err := readConfig(home, filepath.Join(dir, "etc")); err != nil || !reflect.DeepEqual(got, defaultConfig()) {
			t.Errorf("got %+v, %v", got, err)
		}
	}
}

// Codex's command line refuses every one of these, its app-server goes on with
// the defaults.
func TestReadConfigRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, toml, what string
		line             int
	}{
		{"not TOML", "a = 1\nb = \n", "it is not valid TOML", 2},
		{"not UTF-8", "a = \"\xff\"\n", "it is not valid TOML", 1},
		{"twice", "model_provider = \"openai\"\nmodel_provider = \"openai\"\n", "model_provider is set in a way", 2},
		{"wrong type", "\nmodel_provider = 3\n", "model_provider is set in a way", 2},
		{"wrong type below", custom + "requires_openai_auth = \"sekret\"\n", "requires_openai_auth is set in a way", 5},
		{"features", "features = 1\n", "features is set in a way", 1},
		{"feature", "[features]\nsecret_auth_storage = \"sekret\"\n", "secret_auth_storage is set in a way", 2},
		{"store", "# x\ncli_auth_credentials_store = \"File\"\n", `cli_auth_credentials_store must be "file"`, 2},
		{"empty store", "cli_auth_credentials_store = \"\"\n", `cli_auth_credentials_store must be "file"`, 1},
		{"login", "forced_login_method = \"apikey\"\n", `forced_login_method must be "chatgpt"`, 1},
		{"workspace commas", "forced_chatgpt_workspace_id = \"a,b\"\n", "forced_chatgpt_workspace_id must be one", 1},
		{"workspace number", "forced_chatgpt_workspace_id = 3\n", "forced_chatgpt_workspace_id must be one", 1},
		{"workspace numbers", "forced_chatgpt_workspace_id = [3]\n", "forced_chatgpt_workspace_id must be one", 1},
		{"no such provider", "model_provider = \"sekret\"\n", "model_provider must name a provider", 0},
		{"built-in provider", "x = 1\n[model_providers.openai]\nname = \"x\"\n", "model_providers.openai must not have the name", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			home := t.TempDir()
			path := filepath.Join(home, configFile)
			files.Write(t, path, []byte(tt.toml))
			got, err := readConfig(home, "")
			var wrong *ConfigError
			if !errors.As(err, &wrong) {
				t.Fatalf("error %v, want *ConfigError", err)
			}
			if wrong.Path != path || wrong.Line != tt.line || !strings.Contains(wrong.What.Error(), tt.what) {
				t.Errorf("got %+v, want line %d and %q", wrong, tt.line, tt.what)
			}
			if strings.Contains(err.Error(), "sekret") || strings.Contains(err.Error(), "\n") {
				t.Errorf("the text quotes the file or has several lines: %q", err)
			}
			if !reflect.DeepEqual(got, defaultConfig()) {
				t.Errorf("got %+v with the error, want the defaults", got)
			}
		})
	}
}

func TestReadConfigOfAFolder(t *testing.T) {
	home := t.TempDir()
	files.Mkdir(t, filepath.Join(home, configFile))
	_, err := readConfig(home, "")
	if wrong, ok := errors.AsType[*ConfigError](err); !ok || wrong.What == nil {
		t.Errorf("error %v, want *ConfigError", err)
	}
}

// Every row was tried on Codex 0.169.0 with "codex login status".
func TestRestriction(t *testing.T) {
	chatgpt := string(box.AuthJSON()) // acct-ada
	const (
		apiKey   = `{"OPENAI_API_KEY":"sk-fake"}`
		bedrock  = `{"bedrock_api_key":{"api_key":"fake","region":"r"}}`
		keys     = `{"bedrock_access_keys":{"access_key_id":"fake","secret_access_key":"fake"}}`
		personal = `{"personal_access_token":"at-fake"}`
	)
	external := strings.Replace(chatgpt, `"chatgpt",`, `"chatgptAuthTokens",`, 1)
	claimed := string(box.AuthJSON(box.WithoutAccountID()))
	other := strings.Replace(chatgpt, `"account_id": "acct-ada"`, `"account_id": "acct-other"`, 1)
	api, chat := Config{ForcedLogin: LoginAPI}, Config{ForcedLogin: LoginChatGPT}
	ada, none := Config{Workspaces: []string{"x", "acct-ada"}}, Config{Workspaces: []string{}}
	for _, tt := range []struct {
		name, stored string
		cfg          Config
		allowed      bool
	}{
		{"nothing forced", chatgpt, Config{}, true},
		{"api: key", apiKey, api, true},
		{"api: bedrock", bedrock, api, true},
		{"api: access keys", keys, api, true},
		{"api: chatgpt", chatgpt, api, false},
		{"api: external", external, api, false},
		{"api: personal token", personal, api, false},
		{"api: empty", `{}`, api, false},
		{"chatgpt: chatgpt", chatgpt, chat, true},
		{"chatgpt: external", external, chat, true},
		{"chatgpt: personal token", personal, chat, true},
		{"chatgpt: key", apiKey, chat, false},
		{"chatgpt: bedrock", bedrock, chat, false},
		{"chatgpt: access keys", keys, chat, false},
		{"workspace: own", chatgpt, ada, true},
		{"workspace: claimed", claimed, ada, true},
		{"workspace: the file counts, not the claim", other, ada, false},
		{"workspace: external", external, ada, true},
		{"workspace: key", apiKey, ada, true},
		{"workspace: empty", `{}`, ada, false},
		{"no workspace: own", chatgpt, none, false},
		{"no workspace: key", apiKey, none, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stored := must.Get(auth.ParseSnapshot([]byte(tt.stored)))(t)
			if got := tt.cfg.Restriction(stored); (got == nil) != tt.allowed {
				t.Errorf("got %q, want allowed %v", got, tt.allowed)
			}
		})
	}
	if got := chat.Restriction(nil); got != nil {
		t.Errorf("nothing stored: %q", got)
	}
}

// A configuration that is a pipe or has no end stops nobody.
func TestReadConfigOfWhatIsNoFile(t *testing.T) {
	home := files.TempDir(t)
	path := filepath.Join(home, configFile)
	files.Write(t, path, nil)
	must.Do(t, os.Truncate(path, 5<<30))
	var found *ConfigError
	if _, err := ReadConfig(home); !errors.As(err, &found) || found.What.Error() != "it is larger than 10 MiB" {
		t.Errorf("5 GB: %v", err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	for name, device := range map[string]string{"without end": "/dev/zero", "that nobody writes to": "/dev/tty"} {
		must.Do(t, os.Remove(path))
		files.Symlink(t, device, path)
		if _, err := ReadConfig(home); !errors.As(err, &found) {
			t.Errorf("a device %s: %v", name, err)
		}
	}
}
