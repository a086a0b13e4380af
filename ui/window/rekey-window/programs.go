package main

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// program is the one beside this one, else the one on PATH.
func program() (path string, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	name := "rekey" + filepath.Ext(self)
	path = filepath.Join(filepath.Dir(self), name)
	if _, err := os.Stat(path); err != nil {
		path = name // on PATH
	}
	return path, nil
}

// addAccount is "rekey add", whose lines are passed on. The last one says why it has
// failed, if it has.
func addAccount(ctx context.Context, name, like string, tell func(string)) error {
	path, err := program()
	if err != nil {
		return err
	}
	args := []string{"add"}
	if like != "" {
		args = append(args, "--like", like)
	}
	cmd := exec.CommandContext(ctx, path, append(args, "--", name)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // it gives the sign-in up
	cmd.WaitDelay = closeLimit
	said, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	last := ""
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if last = strings.TrimPrefix(lines.Text(), "rekey: "); last != "" {
			tell(last)
		}
	}
	if err := cmd.Wait(); err != nil && last != "" {
		return errors.New(last)
	} else if err != nil {
		return err
	}
	return nil
}

// diagnose returns the output of "rekey doctor".
func diagnose(ctx context.Context) (string, error) {
	path, err := program()
	if err != nil {
		return "", err
	}
	report, err := exec.CommandContext(ctx, path, "doctor").Output()
	if len(report) > 0 {
		return string(report), nil // a problem that it has found makes it fail
	}
	return "", err
}
