package app

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"rekey/internal/fault"
	"rekey/internal/proc"
)

// clipboardLimit is how long a program may take to accept a text.
const clipboardLimit = 5 * time.Second

// errNoClipboard means that no clipboard program is installed.
var errNoClipboard error = fault.New("no_clipboard", "there is no program for it; install wl-clipboard, xclip or xsel")

// clipboards are the programs that copy their input to the clipboard, in the
// order in which they are tried.
func clipboards(system string, getenv func(string) string) (list [][]string) {
	switch system {
	case "windows":
		return [][]string{{"clip.exe"}}
	case "darwin":
		return [][]string{{"pbcopy"}}
	}
	if getenv("WAYLAND_DISPLAY") != "" {
		list = append(list, []string{"wl-copy"})
	}
	if getenv("DISPLAY") != "" {
		list = append(list, []string{"xclip", "-selection", "clipboard"}, []string{"xsel", "--clipboard", "--input"})
	}
	return list
}

// copyText copies a text to the clipboard with the first program that works.
// Without any the error is errNoClipboard.
func copyText(ctx context.Context, text string) error {
	ctx, cancel := context.WithTimeout(ctx, clipboardLimit)
	defer cancel()
	failed := errNoClipboard
	for _, words := range clipboards(runtime.GOOS, os.Getenv) {
		path, err := exec.LookPath(words[0])
		if err != nil {
			continue
		}
		// Not proc.Run, which kills leftovers: xclip and wl-copy stay to serve
		// the clipboard. They get no pipe of ours that they could keep open.
		cmd := proc.Command(ctx, path, words[1:]...)
		cmd.Env = proc.Environment(os.LookupEnv)
		cmd.Stdin = strings.NewReader(text)
		if err := cmd.Run(); err != nil {
			failed = errors.New(words[0] + ": " + err.Error())
			continue
		}
		return nil
	}
	return failed
}
