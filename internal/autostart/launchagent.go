package autostart

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// launchAgent is a file that macOS reads when a user signs in.
type launchAgent struct {
	program func() (string, error)
	path    string
}

func newLaunchAgent(o Options) launchAgent {
	return launchAgent{o.program, filepath.Join(o.UserHome, "Library", "LaunchAgents", id+".plist")}
}

// Enabled implements Login. It does not see what launchctl or the system's
// settings have switched off, which macOS keeps in a database of its own.
func (l launchAgent) Enabled() (bool, error) {
	content, err := readEntry(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	on, err := parsePropertyList(content)
	if err != nil {
		return false, fmt.Errorf("reading %s: %w", l.path, err)
	}
	return on, nil
}

// File implements Login.
func (l launchAgent) File() string { return l.path }

// Set implements Login.
func (l launchAgent) Set(on bool) error {
	if on {
		program, err := l.program()
		if err != nil {
			return err
		}
		return replace(l.path, formatPropertyList(program))
	}
	if err := os.Remove(l.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

const propertyList = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>` + id + `</string>
	<key>ProgramArguments</key>
	<array>
		<string>%s</string>
	</array>
	<key>RunAtLoad</key>
	<true/>
	<key>LimitLoadToSessionType</key>
	<string>Aqua</string>
	<key>ProcessType</key>
	<string>Interactive</string>
</dict>
</plist>
`

// formatPropertyList is the launch agent that starts a program.
func formatPropertyList(program string) string {
	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(program)) // to memory
	return fmt.Sprintf(propertyList, &escaped)
}

// parsePropertyList reports whether a launch agent starts its program at login:
// it has RunAtLoad and not Disabled, both at the top level.
func parsePropertyList(content string) (on bool, err error) {
	decoder := xml.NewDecoder(strings.NewReader(content))
	var key string
	flags := map[string]bool{}
	for depth := 0; ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return flags["RunAtLoad"] && !flags["Disabled"], nil
		}
		if err != nil {
			return false, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth++; depth != 3 { // plist, dict
				continue
			}
			switch token.Name.Local {
			case "key":
				if err := decoder.DecodeElement(&key, &token); err != nil {
					return false, err
				}
				depth--
			case "true":
				flags[key] = true
			}
		case xml.EndElement:
			depth--
		}
	}
}
