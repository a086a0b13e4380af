package codex

import (
	"slices"
	"strings"

	"rekey/internal/fault"
)

// settings are the keys of config.toml that matter here. Decoding a second
// file into the same value overrides what that file names and keeps the rest,
// which is how Codex layers its files. Every other key is ignored.
type settings struct {
	Store          *Store              `toml:"cli_auth_credentials_store"`
	ForcedLogin    *LoginMethod        `toml:"forced_login_method"`
	Workspaces     any                 `toml:"forced_chatgpt_workspace_id"` // one, or a list
	Provider       *string             `toml:"model_provider"`
	Providers      map[string]provider `toml:"model_providers"`
	Features       features            `toml:"features"`
	ChatGPTBaseURL *string             `toml:"chatgpt_base_url"`
}

// provider is one table of model_providers.
type provider struct {
	RequiresOpenAIAuth *bool   `toml:"requires_openai_auth"`
	EnvKey             *string `toml:"env_key"` // only for its type
}

type features struct {
	SecretAuthStorage *bool `toml:"secret_auth_storage"`
}

// limits are the keys of requirements.toml that matter here.
type limits struct {
	Store        *Store        `toml:"cli_auth_credentials_store"`
	Logins       []LoginMethod `toml:"allowed_login_methods"`
	Workspaces   []string      `toml:"allowed_chatgpt_workspaces"`
	Features     features      `toml:"features"`
	Requirements features      `toml:"feature_requirements"`
}

// keyError is a key with a wrong value of the right type.
type keyError struct {
	key string
	*fault.Fault
}

func wrong(key string, f *fault.Fault) error { return &keyError{key, f.With("Key", key)} }

// builtIn are Codex's own providers and whether they need a sign-in.
func builtIn(name string) (requiresOpenAIAuth, ok bool) {
	switch name {
	case "openai":
		return true, true
	case "ollama", "lmstudio", "amazon-bedrock":
		return false, true
	}
	return false, false
}

// check finds the first value that Codex does not accept.
func (s *settings) check() error {
	if err := checkStore(s.Store); err != nil {
		return err
	}
	if s.ForcedLogin != nil && !s.ForcedLogin.known() {
		return wrong("forced_login_method", fault.New("key_login", `{{.Key}} must be "chatgpt" or "api"`))
	}
	if _, err := workspaceIDs(s.Workspaces); err != nil {
		return err
	}
	for name := range s.Providers {
		if _, reserved := builtIn(name); reserved && name != "amazon-bedrock" {
			return wrong("model_providers."+name, fault.New("key_reserved", "{{.Key}} must not have the name of a built-in provider"))
		}
	}
	return nil
}

// check finds the first value that Codex does not accept.
func (l *limits) check() error {
	if err := checkStore(l.Store); err != nil {
		return err
	}
	for _, m := range l.Logins {
		if !m.known() {
			return wrong("allowed_login_methods", fault.New("key_logins", `{{.Key}} must hold only "chatgpt" and "api"`))
		}
	}
	return nil
}

func checkStore(s *Store) error {
	if s == nil {
		return nil
	}
	switch *s {
	case StoreFile, StoreKeyring, StoreAuto, StoreEphemeral:
		return nil
	}
	return wrong("cli_auth_credentials_store", fault.New("key_store", `{{.Key}} must be "file", "keyring", "auto" or "ephemeral"`))
}

func (m LoginMethod) known() bool { return m == LoginChatGPT || m == LoginAPI }

// workspaceIDs reads forced_chatgpt_workspace_id: one workspace or a list of
// them. Blank ones do not count; nil when nothing is left.
func workspaceIDs(value any) (ids []string, err error) {
	list, isList := value.([]any)
	if !isList && value != nil {
		list = []any{value}
	}
	for _, v := range list {
		id, ok := v.(string)
		if !ok || !isList && strings.Contains(id, ",") {
			return nil, wrong("forced_chatgpt_workspace_id", fault.New("key_workspaces", "{{.Key}} must be one workspace or a list of them"))
		}
		if id = strings.TrimSpace(id); id != "" {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// config applies the defaults. It is called after check.
func (s *settings) config() (Config, error) {
	cfg := defaultConfig()
	setTo(&cfg.Store, s.Store)
	setTo(&cfg.ForcedLogin, s.ForcedLogin)
	setTo(&cfg.Provider, s.Provider)
	setTo(&cfg.ChatGPTBaseURL, s.ChatGPTBaseURL)
	setTo(&cfg.Encrypted, s.Features.SecretAuthStorage)
	cfg.Workspaces, _ = workspaceIDs(s.Workspaces)
	if requires, ok := builtIn(cfg.Provider); ok {
		cfg.RequiresOpenAIAuth = requires
		return cfg, nil
	}
	active, ok := s.Providers[cfg.Provider]
	if !ok {
		return cfg, wrong("model_provider", fault.New("key_provider", "{{.Key}} must name a provider that is defined"))
	}
	cfg.RequiresOpenAIAuth = false
	setTo(&cfg.RequiresOpenAIAuth, active.RequiresOpenAIAuth)
	return cfg, nil
}

// errNoLogin is Codex's objection to requirements that exclude each other.
var errNoLogin = fault.New("no_way_to_sign_in", "forced_login_method and the administrator's requirements leave no way to sign in")

// restrict applies an administrator's limits.
func (l *limits) restrict(cfg *Config) error {
	setTo(&cfg.Store, l.Store)
	setTo(&cfg.Encrypted, l.Features.SecretAuthStorage)
	setTo(&cfg.Encrypted, l.Requirements.SecretAuthStorage)
	if l.Workspaces != nil {
		allowed := slices.Clone(l.Workspaces)
		if cfg.Workspaces != nil {
			allowed = slices.DeleteFunc(allowed, func(id string) bool { return !slices.Contains(cfg.Workspaces, id) })
		}
		cfg.Workspaces = allowed
	}
	if l.Logins == nil {
		return nil
	}
	usable := slices.DeleteFunc([]LoginMethod{LoginChatGPT, LoginAPI}, func(m LoginMethod) bool {
		return !slices.Contains(l.Logins, m) || cfg.ForcedLogin != "" && cfg.ForcedLogin != m
	})
	switch len(usable) {
	case 0:
		return errNoLogin
	case 1:
		cfg.ForcedLogin = usable[0]
	}
	return nil
}

// setTo stores a value if it was given.
func setTo[T any](field *T, given *T) {
	if given != nil {
		*field = *given
	}
}
