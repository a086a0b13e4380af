package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// showWindow starts rekey-window, which lies beside this program or on PATH,
// and leaves it to itself.
func showWindow(_ context.Context, socket string) error {
	name := "rekey-window"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	path, err := exec.LookPath(name)
	if self, e := os.Executable(); e == nil {
		beside := filepath.Join(filepath.Dir(self), name)
		if _, e := os.Stat(beside); e == nil {
			path, err = beside, nil
		}
	}
	if err != nil {
		return errors.New("the window program (rekey-window) is not installed; everything else works without it")
	}
	return detach(path, "--socket", socket)
}

// openURL shows a page in the user's browser: the first of BROWSER's programs
// that starts, else the system's own way.
func openURL(_ context.Context, url string) error {
	for _, browser := range strings.Split(os.Getenv("BROWSER"), string(os.PathListSeparator)) {
		if browser != "" && detach(browser, url) == nil {
			return nil
		}
	}
	switch runtime.GOOS {
	case "windows":
		return detach("rundll32", "url.dll,FileProtocolHandler", url)
	case "darwin":
		return detach("open", url)
	}
	return detach("xdg-open", url)
}

// childEnvironment is what children may know of ours.
var childEnvironment = []string{
	"PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY",
	"DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "XDG_SESSION_TYPE", "XDG_CURRENT_DESKTOP", "XDG_DATA_DIRS",
	"XDG_CONFIG_DIRS", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "BROWSER",
	"SystemRoot", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TEMP", "TMP",
}

// detach starts a program with a short list of variables, no shell in between,
// and leaves it to itself: it outlives us, and is reaped if it does not.
func detach(program string, args ...string) error {
	cmd := exec.Command(program, args...)
	for _, name := range childEnvironment {
		if v, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+v)
		}
	}
	cmd.SysProcAttr = apart()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%s could not be started: %w", filepath.Base(program), err)
	}
	go func() { _ = cmd.Wait() }() // its end is of no interest, its remains are
	return nil
}
