package autostart

import "rekey/internal/fault"

// commandLimit is the length from which on Windows ignores a command that it
// is to start, in UTF-16 units as in characters here.
const commandLimit = 260

// formatCommand is the command line that starts a program on Windows, where no
// path holds a quotation mark.
func formatCommand(program string) (string, error) {
	command := `"` + program + `"`
	if n := len([]rune(command)); n > commandLimit {
		return "", fault.New("path_too_long", "the path of the program is too long for Windows to start it at sign-in: {{.Length}} characters", "Length", n)
	}
	return command, nil
}

// approved reports what Windows' own settings say of a command. They keep 12
// bytes for it, the first of which is odd when it is switched off; none means on.
func approved(setting []byte) bool { return len(setting) == 0 || setting[0]&1 == 0 }
