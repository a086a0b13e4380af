package lang

import (
	"context"
	"os/exec"
	"time"
)

// systemLanguages are those of the user's settings, the first most wanted. A
// program that the desktop starts is told no locale, and the settings are in a
// database that only a program of the system reads.
func systemLanguages() []string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	list, err := exec.CommandContext(ctx, "/usr/bin/defaults", "read", "-g", "AppleLanguages").Output()
	if err != nil {
		return nil
	}
	return propertyList(string(list))
}
