package app

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// kdeColours reports whether Plasma's colours are dark, as its kdeglobals has
// them, and whether it has any.
func kdeColours() (dark, known bool) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return false, false
	}
	file, err := os.Open(filepath.Join(dir, "kdeglobals"))
	if err != nil {
		return false, false
	}
	defer file.Close()
	group := ""
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "[") {
			group = line
			continue
		}
		name, value, _ := strings.Cut(line, "=")
		if group != "[Colors:Window]" || name != "BackgroundNormal" {
			continue
		}
		var red, green, blue int
		if _, err := fmt.Sscanf(value, "%d,%d,%d", &red, &green, &blue); err != nil {
			return false, false
		}
		return red+green+blue < 3*128, true
	}
	return false, false
}
