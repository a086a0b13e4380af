package codex

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"rekey/test/kit/files"
)

// The layers were tried on Codex 0.169.0 in a namespace with its own /etc.
func TestReadConfigLayers(t *testing.T) {
	const (
		sys, user, managed, require = "sys/config.toml", "home/config.toml", "sys/managed_config.toml", "sys/requirements.toml"
	)
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  Config
	}{
		{"system", map[string]string{sys: `cli_auth_credentials_store = "auto"`}, with(func(c *Config) { c.Store = StoreAuto })},
		{"user over system", map[string]string{
			sys:  "cli_auth_credentials_store = \"auto\"\nforced_login_method = \"chatgpt\"",
			user: `cli_auth_credentials_store = "file"`,
		}, with(func(c *Config) { c.ForcedLogin = LoginChatGPT })},
		{"managed over user", map[string]string{
			user: `forced_login_method = "chatgpt"`, managed: `forced_login_method = "api"`,
		}, with(func(c *Config) { c.ForcedLogin = LoginAPI })},
		{"tables are merged", map[string]string{
			sys: custom + "env_key = \"MINE_KEY\"\n", user: "[model_providers.mine]\nrequires_openai_auth = true\n",
		}, with(func(c *Config) { c.Provider = "mine" })},
		{"required store", map[string]string{
			user: `cli_auth_credentials_store = "ephemeral"`, require: `cli_auth_credentials_store = "keyring"`,
		}, with(func(c *Config) { c.Store = StoreKeyring })},
		{"required encryption", map[string]string{require: "[features]\nsecret_auth_storage = true"}, with(func(c *Config) { c.Encrypted = true })},
		{"allowed logins", map[string]string{require: `allowed_login_methods = ["chatgpt"]`}, with(func(c *Config) { c.ForcedLogin = LoginChatGPT })},
		{"all logins allowed", map[string]string{require: `allowed_login_methods = ["api", "chatgpt"]`}, defaultConfig()},
		{"allowed workspaces", map[string]string{
			user: `forced_chatgpt_workspace_id = ["a", "b"]`, require: `allowed_chatgpt_workspaces = ["b", "c"]`,
		}, with(func(c *Config) { c.Workspaces = []string{"b"} })},
		{"no workspaces allowed", map[string]string{require: `allowed_chatgpt_workspaces = []`}, with(func(c *Config) { c.Workspaces = []string{} })},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			files.Mkdir(t, filepath.Join(dir, "sys"), filepath.Join(dir, "home"))
			for name, toml := range tt.files {
				files.Write(t, filepath.Join(dir, name), []byte(toml))
			}
			got, err := readConfig(filepath.Join(dir, "home"), filepath.Join(dir, "sys"))
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v, %v\nwant %+v", got, err, tt.want)
			}
		})
	}
}

func TestReadConfigRefusesRequirements(t *testing.T) {
	for name, toml := range map[string]string{
		"nothing left":   `allowed_login_methods = []`,
		"contradiction":  `allowed_login_methods = ["api"]`,
		"unknown method": `allowed_login_methods = ["apikey"]`,
		"not a list":     `allowed_chatgpt_workspaces = "a"`,
		"unknown store":  `cli_auth_credentials_store = "x"`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			files.Write(t, filepath.Join(dir, configFile), []byte(`forced_login_method = "chatgpt"`))
			files.Write(t, filepath.Join(dir, "requirements.toml"), []byte(toml))
			var wrong *ConfigError
			if _, err := readConfig(filepath.Join(dir, "home"), dir); !errors.As(err, &wrong) {
				t.Errorf("error %v, want *ConfigError", err)
			}
		})
	}
}

func TestConfigPaths(t *testing.T) {
	home := filepath.Join(string(os.PathSeparator), "home", "ada", ".codex")
	paths := ConfigPaths(home)
	found := false
	for _, p := range paths {
		found = found || p == filepath.Join(home, "config.toml")
		if p == "" {
			t.Error("an empty path")
		}
	}
	if !found {
		t.Errorf("%v lacks the home's own", paths)
	}
}
