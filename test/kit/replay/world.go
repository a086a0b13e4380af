package replay

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"

	"rekey/test/kit/sandbox"
)

// defaultConfig is the config.toml of a case that says nothing about it.
const defaultConfig = `"chatgpt_base_url = \"http://127.0.0.1:9/backend-api\"\n"`

// world is what one case lives in.
type world struct {
	options   Options
	given     given
	root      string // everything below is removed at the end
	home      string
	tokenURL  string
	authority authority
	templates *templates
	client    *client
	held      map[string]sandbox.Pending // calls whose answers are awaited later, by id
	locks     []*heldLock
}

// newWorld makes home and authority as the case wants them.
func newWorld(g given, o Options) (*world, error) {
	root, err := os.MkdirTemp("", "replay-")
	if err != nil {
		return nil, err
	}
	w := &world{options: o, given: g, root: root, home: filepath.Join(root, "home"), held: make(map[string]sandbox.Pending)}
	if w.authority, err = listen(); err == nil {
		w.templates = newTemplates(w.authority.Issuer(), w.home)
		err = errors.Join(w.scriptAuthority(), w.furnish())
	}
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

// scriptAuthority sets the authority's replies and the URL of the token endpoint.
func (w *world) scriptAuthority() error {
	w.tokenURL = w.authority.TokenURL()
	var replies []reply
	if raw := w.templates.expand(w.given.Authority); len(raw) > 0 && raw[0] == '[' {
		if err := json.Unmarshal(raw, &replies); err != nil {
			return fmt.Errorf("the authority's replies: %w", err)
		}
	} else if string(raw) == `"refused"` {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		w.tokenURL = "http://" + listener.Addr().String() + "/oauth/token"
		if err := listener.Close(); err != nil {
			return err
		}
	}
	var backend map[string]reply
	if raw := w.templates.expand(w.given.Backend); !absent(raw) {
		if err := json.Unmarshal(raw, &backend); err != nil {
			return fmt.Errorf("the backend's replies: %w", err)
		}
	}
	w.authority.play(replies, backend)
	return nil
}

// furnish fills the home.
func (w *world) furnish() error {
	// The command's TMPDIR is no parent of its home: Codex warns about that.
	if err := errors.Join(os.Mkdir(w.home, 0o777), os.Mkdir(w.tmp(), 0o777), os.Chmod(w.tmp(), 0o777|os.ModeSticky)); err != nil {
		return err
	}
	config := w.given.ConfigTOML
	if len(config) == 0 {
		config = json.RawMessage(defaultConfig)
	}
	if err := writeFile(filepath.Join(w.home, "config.toml"), w.templates.expand(config), "0644"); err != nil {
		return err
	}
	if err := writeAuth(w.home, w.templates.expand(w.given.AuthJSON), w.given.Mode); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(w.given.Files)) {
		if err := writeExtra(w.home, name, w.templates.expand(w.given.Files[name])); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) tmp() string { return filepath.Join(w.root, "tmp") }

// env is all the command gets to see of the environment.
func (w *world) env() ([]string, error) {
	vars := map[string]string{
		"PATH": os.Getenv("PATH"), "LANG": "C.UTF-8", "TERM": "xterm",
		"HOME": w.home, "CODEX_HOME": w.home, "TMPDIR": w.tmp(), "RUST_LOG": "off",
		"CODEX_REFRESH_TOKEN_URL_OVERRIDE": w.tokenURL,
		"CODEX_REVOKE_TOKEN_URL_OVERRIDE":  w.authority.RevokeURL(),
	}
	for name, raw := range w.given.Env {
		delete(vars, name)
		if absent(raw) {
			continue
		}
		value, err := decodeText(w.templates.expand(raw))
		if err != nil {
			return nil, fmt.Errorf("variable %s of the case: %w", name, err)
		}
		vars[name] = value
	}
	var env []string
	for name, value := range vars {
		env = append(env, name+"="+value)
	}
	return append(env, w.options.Env...), nil
}

// close ends everything the case has started and removes its files.
func (w *world) close() error {
	if w.client != nil {
		w.client.close()
	}
	for _, l := range w.locks {
		l.release()
	}
	if w.authority.Server != nil {
		w.authority.Close()
	}
	return os.RemoveAll(w.root)
}
