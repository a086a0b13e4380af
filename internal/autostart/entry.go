package autostart

import (
	"fmt"
	"strings"

	"rekey/internal/fault"
)

// entry is the main group of a desktop entry: what each key says.
type entry map[string]string

const (
	entryText = `[Desktop Entry]
Type=Application
Version=1.0
Name=Rekey
Comment=Keeps a Codex sign-in fresh and says once when you must sign in again
Comment[zh_CN]=让 Codex 登录保持有效，需要重新登录时只提醒一次
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

// quoteArgument writes an argument of an Exec line. It is always quoted: the
// list of characters that ask for it is long.
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

// parseEntry reads what it can; a line that makes no sense is as good as none.
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
