package codex

import (
	"bytes"
	"errors"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"rekey/auth"
	"rekey/internal/fault"
	"rekey/internal/safefile"
)

// Store says where Codex keeps credentials, in the words of its setting
// cli_auth_credentials_store.
type Store string

// The stores.
const (
	StoreFile      Store = "file"
	StoreKeyring   Store = "keyring"
	StoreAuto      Store = "auto"      // the keyring if there is one, otherwise the file
	StoreEphemeral Store = "ephemeral" // the memory of the Codex process
)

// LoginMethod is a value of Codex's setting forced_login_method.
type LoginMethod string

// The methods.
const (
	LoginChatGPT LoginMethod = "chatgpt"
	LoginAPI     LoginMethod = "api"
)

// Config is the part of Codex's configuration that concerns signing in.
type Config struct {
	// Store is where the credentials live.
	Store Store
	// Encrypted: the keyring holds only the key of an encrypted file
	// (features.secret_auth_storage). It has no meaning for StoreFile.
	Encrypted bool
	// ForcedLogin is the only allowed method, "" for any.
	ForcedLogin LoginMethod
	// Workspaces are the ChatGPT accounts that are allowed: nil for any, empty
	// for none.
	Workspaces []string
	// Provider is the active model provider.
	Provider string
	// RequiresOpenAIAuth: the active provider needs a sign-in at all.
	RequiresOpenAIAuth bool
	// ChatGPTBaseURL is the backend's address, "" for Codex's default.
	ChatGPTBaseURL string
}

// ConfigError says why a configuration file cannot be used. Its text does not
// quote the file, because a configuration may hold keys.
type ConfigError struct {
	// Path is the file.
	Path string
	// Line is the line of the problem, from 1; 0 if unknown.
	Line int
	// What is the problem, one clause.
	What error
}

// AsFault implements fault.Coded.
func (e *ConfigError) AsFault() *fault.Fault {
	if e.Line > 0 {
		return fault.New("config_line", "{{.Where}}, line {{.Line}}: {{.What}}", "Where", e.Path, "Line", e.Line, "What", e.What)
	}
	return fault.New("config_file", "{{.Where}}: {{.What}}", "Where", e.Path, "What", e.What)
}

// Error implements error.
func (e *ConfigError) Error() string { return e.AsFault().Error() }

// Unwrap returns the problem.
func (e *ConfigError) Unwrap() error { return e.What }

// configFile is the name of the user's configuration in a home.
const configFile = "config.toml"

// ReadConfig reads the configuration as Codex layers it: /etc/codex/config.toml,
// the home's config.toml over it, /etc/codex/managed_config.toml over both, and
// the limits of /etc/codex/requirements.toml over all. Files that do not exist
// count as empty.
//
// The error is a *ConfigError. It comes with the defaults, because Codex's
// app-server continues with them; the Codex command line refuses to start.
// ReadConfig does not see what a project's folder, --profile or -c changes for
// one Codex process, nor what a company's cloud or device management sets.
func ReadConfig(home string) (Config, error) {
	return readConfig(home, systemConfigDir())
}

// ConfigPaths lists the files that ReadConfig reads, for watching them.
func ConfigPaths(home string) []string {
	l := layersOf(home, systemConfigDir())
	return slices.DeleteFunc(append(l.settings, l.limits), func(p string) bool { return p == "" })
}

// systemConfigDir is the folder of the administrator's configuration, "" on
// systems where it is not known.
func systemConfigDir() string {
	if runtime.GOOS == "windows" {
		return ""
	}
	return "/etc/codex"
}

// layers are the files of a configuration.
type layers struct {
	settings []string // later ones override earlier ones
	limits   string   // the requirements, "" for none
}

func layersOf(home, systemDir string) layers {
	user := filepath.Join(home, configFile)
	if systemDir == "" {
		return layers{settings: []string{user}}
	}
	return layers{
		settings: []string{filepath.Join(systemDir, configFile), user, filepath.Join(systemDir, "managed_config.toml")},
		limits:   filepath.Join(systemDir, "requirements.toml"),
	}
}

func readConfig(home, systemDir string) (Config, error) {
	files := layersOf(home, systemDir)
	var s settings
	for _, path := range files.settings {
		if err := decodeFile(path, &s); err != nil {
			return defaultConfig(), err
		}
	}
	var l limits
	if files.limits != "" {
		if err := decodeFile(files.limits, &l); err != nil {
			return defaultConfig(), err
		}
	}
	cfg, err := s.config()
	if err == nil {
		err = l.restrict(&cfg)
	}
	if err != nil {
		return defaultConfig(), &ConfigError{Path: filepath.Join(home, configFile), What: err}
	}
	return cfg, nil
}

func defaultConfig() Config {
	return Config{
		Store:              StoreFile,
		Encrypted:          runtime.GOOS == "windows",
		Provider:           "openai",
		RequiresOpenAIAuth: true,
	}
}

// maxConfig is the size above which a configuration file cannot be used, 10 MiB.
const maxConfig = 10 << 20

// decodeFile reads a TOML file over the values in into. A missing file changes
// nothing.
func decodeFile(path string, into interface{ check() error }) error {
	found, err := safefile.Read(path, maxConfig)
	switch {
	case err != nil:
		return &ConfigError{Path: path, What: safefile.Reason(err)}
	case !found.Exists:
		return nil
	}
	data := bytes.TrimPrefix(found.Data, []byte("\ufeff")) // Codex allows it, TOML does not
	if err := toml.Unmarshal(data, into); err != nil {
		found := &ConfigError{Path: path, What: fault.New("not_toml", "it is not valid TOML")}
		if where, ok := errors.AsType[*toml.DecodeError](err); ok {
			found.Line, _ = where.Position()
			if key := where.Key(); len(key) > 0 {
				found.What = fault.New("key_wrong", "{{.Key}} is set in a way that Codex does not accept", "Key", strings.Join(key, "."))
			}
		}
		return found
	}
	if err := into.check(); err != nil {
		return &ConfigError{Path: path, Line: lineOf(data, err), What: err}
	}
	return nil
}

// lineOf returns the line that sets the key an error is about, 0 if unknown.
func lineOf(data []byte, err error) int {
	var about *keyError
	if !errors.As(err, &about) {
		return 0
	}
	for i, line := range strings.Split(string(data), "\n") {
		if strings.HasPrefix(strings.TrimLeft(line, " \t["), about.key) {
			return i + 1
		}
	}
	return 0
}

// Restriction says why the configuration does not allow these credentials, nil
// when it does. Codex treats credentials that are not allowed as absent,
// without removing them.
func (c Config) Restriction(s *auth.Snapshot) error {
	kind := s.Kind()
	api := kind == auth.KindAPIKey || kind == auth.KindBedrockKey || kind == auth.KindBedrockAccess
	switch {
	case s == nil:
		return nil
	case c.ForcedLogin == LoginChatGPT && api:
		return fault.New("only_chatgpt", "the configuration allows only a sign-in with ChatGPT, and an API key is stored")
	case c.ForcedLogin == LoginAPI && !api:
		return fault.New("only_api_key", "the configuration allows only an API key, and a sign-in with ChatGPT is stored")
	case c.Workspaces == nil || kind != auth.KindChatGPT && kind != auth.KindExternalTokens:
		return nil
	}
	account, ok := s.AccountID()
	if !ok {
		account = s.Claims().AccountID
	}
	if account != "" && slices.Contains(c.Workspaces, account) {
		return nil
	}
	return fault.New("workspace_not_allowed", "the configuration does not allow the stored sign-in's workspace")
}
