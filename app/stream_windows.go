package app

import (
	"context"
	"os"

	"golang.org/x/sys/windows"
)

// isTerminal reports whether a file is a console, and enables terminal
// sequences for it.
func isTerminal(f *os.File) bool {
	console := windows.Handle(f.Fd())
	var mode uint32
	if windows.GetConsoleMode(console, &mode) != nil {
		return false
	}
	_ = windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) // an input has no such mode
	return true
}

// columns is the width of a console, 0 if unknown.
func columns(f *os.File) int {
	var info windows.ConsoleScreenBufferInfo
	if windows.GetConsoleScreenBufferInfo(windows.Handle(f.Fd()), &info) != nil {
		return 0
	}
	return int(info.Window.Right-info.Window.Left) + 1
}

// untilUnread returns when ctx ends: on this system the next write fails when
// nobody reads any more.
func untilUnread(ctx context.Context, _ *os.File) error {
	<-ctx.Done()
	return nil
}
