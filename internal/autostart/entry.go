package autostart

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"rekey/internal/fault"
	"rekey/internal/safefile"
)

// entry is the main group of a desktop entry, by key.
type entry map[string]string

const (
	entryText = `[Desktop Entry]
Type=Application
Version=1.0
Name=Rekey
Comment=Keeps a Codex sign-in fresh and says once when you must sign in again
Comment[de]=Hält die Codex-Anmeldung frisch und meldet sich einmal, wenn Sie sich neu anmelden müssen
Comment[es]=Mantiene al día la sesión de Codex y avisa una vez cuando hay que iniciarla de nuevo
Comment[fr]=Garde à jour la connexion à Codex et prévient une fois quand il faut se reconnecter
Comment[ja]=Codexのサインインを有効に保ち、再サインインが必要なときに一度だけ知らせます
Comment[ko]=Codex 로그인을 유지하고, 다시 로그인해야 할 때 한 번만 알립니다
Comment[pt_BR]=Mantém em dia o login do Codex e avisa uma vez quando é preciso entrar de novo
Comment[zh_CN]=让 Codex 登录保持有效，需要重新登录时只提醒一次
Comment[zh_TW]=讓 Codex 登入保持有效，需要重新登入時只提醒一次
Icon=` + id + `
Exec=%s
TryExec=%s
Terminal=false
X-GNOME-Autostart-enabled=true
`
	hiddenEntry = `[Desktop Entry]
Type=Application
Name=Rekey
Hidden=true
`
)

// formatEntry is the entry that starts a program.
func formatEntry(program string) (string, error) {
	if strings.Contains(program, "=") {
		return "", fault.New("no_desktop_entry", "no desktop entry can start {{.Where}}: its path may not contain an equals sign", "Where", program)
	}
	return fmt.Sprintf(entryText, escapeText(quoteArgument(program)), escapeText(program)), nil
}

// quoteArgument writes an argument of an Exec line. It is always quoted,
// because the list of characters that require it is long.
func quoteArgument(arg string) string {
	return `"` + strings.NewReplacer(`"`, `\"`, "`", "\\`", `$`, `\$`, `\`, `\\`, `%`, `%%`).Replace(arg) + `"`
}

// escapeText writes a value of type string. This comes on top of the quoting.
func escapeText(text string) string {
	return strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace(text)
}

// unescapeText is the reverse of escapeText.
func unescapeText(text string) string {
	return strings.NewReplacer(`\\`, `\`, `\s`, " ", `\n`, "\n", `\t`, "\t", `\r`, "\r").Replace(text)
}

// parseEntry reads what it can and ignores invalid lines.
func parseEntry(content string) entry {
	e, inside := entry{}, false
	for line := range strings.Lines(content) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			inside = line == "[Desktop Entry]"
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if key = strings.TrimSpace(key); inside && ok && !strings.HasPrefix(key, "#") {
			e[key] = unescapeText(strings.TrimSpace(value))
		}
	}
	return e
}

// entryLimit bounds the file size, in bytes; an entry has a few hundred.
const entryLimit = 1 << 20

// readEntry returns an entry, or fs.ErrNotExist.
func readEntry(name string) (string, error) {
	content, err := safefile.Read(name, entryLimit)
	switch {
	case err != nil:
		return "", fmt.Errorf("reading the autostart entry: %w", safefile.Cause(err))
	case !content.Exists:
		return "", fs.ErrNotExist
	}
	return string(content.Data), nil
}

// replace writes a file atomically and creates its folder. The temporary file's
// name begins with a dot, so that no desktop reads it.
func replace(name, content string) error {
	err := safefile.Disk{}.MkdirAll(filepath.Dir(name), 0o700)
	if err == nil {
		err = safefile.Replace(name, []byte(content), 0o644)
	}
	if err != nil {
		return fmt.Errorf("writing the autostart entry: %w", safefile.Cause(err))
	}
	return nil
}

// commandLimit is the length, in UTF-16 units, at which Windows ignores a
// command in the Run key.
const commandLimit = 260

// formatCommand is the command line that starts a program on Windows, where
// paths cannot contain quotation marks.
func formatCommand(program string) (string, error) {
	command := `"` + program + `"`
	if n := len([]rune(command)); n > commandLimit {
		return "", fault.New("path_too_long", "the path of the program is too long for Windows to start it at sign-in: {{.Length}} characters", "Length", n)
	}
	return command, nil
}

// approved reports whether Windows' own settings allow a command. They store 12
// bytes for it, the first of which is odd when it is off; none means on.
func approved(setting []byte) bool { return len(setting) == 0 || setting[0]&1 == 0 }
