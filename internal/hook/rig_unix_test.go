//go:build unix

package hook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// rig is a hook with a folder for its program and what that leaves.
type rig struct {
	t      *testing.T
	dir    string
	hook   *Hook
	states auth.Broadcast[auth.State]
	told   chan string
	log    kit.Record
	stop   func()
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir(), told: make(chan string, 100)}
	r.hook = New(Options{
		Home: "/home/ada/.codex", Environ: []string{"PATH=" + os.Getenv("PATH"), "LANG=C"},
		Tell: func(said error) { r.told <- said.Error() }, Log: slog.New(slog.NewTextHandler(&r.log, nil)),
	})
	return r
}

// logs waits until the log has n lines with a text.
func (r *rig) logs(n int, text string) {
	r.t.Helper()
	r.eventually(fmt.Sprintf("%d lines with %q", n, text), func() bool { return strings.Count(r.log.String(), text) == n })
}

// run starts the hook; it is stopped at the end of the test or by stop.
func (r *rig) run() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	states := r.states.Subscribe(ctx)
	go func() {
		defer close(ended)
		r.hook.Run(ctx, states)
	}()
	r.stop = sync.OnceFunc(func() {
		cancel()
		select {
		case <-ended:
		case <-time.After(kit.Patience):
			r.t.Error("Run does not end")
		}
	})
	r.t.Cleanup(r.stop)
}

// script makes a program.
func (r *rig) script(name, text string) (path string) {
	r.t.Helper()
	path = filepath.Join(r.dir, name)
	files.Program(r.t, path, "#!/bin/sh\n"+text)
	return path
}

// fifo makes a pipe that a script waits at.
func (r *rig) fifo(name string) (path string) {
	r.t.Helper()
	path = filepath.Join(r.dir, name)
	must.Do(r.t, syscall.Mkfifo(path, 0o600))
	return path
}

// open lets the script that waits at a pipe go on, as soon as it is there.
func (r *rig) open(fifo string) {
	r.t.Helper()
	opened := make(chan error, 1)
	go func() {
		f, err := os.OpenFile(fifo, os.O_WRONLY, 0)
		if err == nil {
			_, err = f.WriteString("go\n")
			err = errors.Join(err, f.Close())
		}
		opened <- err
	}()
	must.Do(r.t, kit.Receive(r.t, "the hook, to the pipe", opened))
}

// reports are those that scripts have appended to a file.
func (r *rig) reports(path string) (found []auth.StateReport) {
	r.t.Helper()
	data, _ := os.ReadFile(path)
	decoder := json.NewDecoder(bytes.NewReader(data))
	for {
		var report auth.StateReport
		if decoder.Decode(&report) != nil {
			return found
		}
		found = append(found, report)
	}
}

func (r *rig) eventually(what string, ok func() bool) {
	r.t.Helper()
	kit.Eventually(r.t, what, ok)
}

func (r *rig) hears(says string) {
	r.t.Helper()
	if told := kit.Receive(r.t, says, r.told); !strings.Contains(told, says) {
		r.t.Errorf("it tells %q, want %q", told, says)
	}
}

func state(email string) auth.State {
	return auth.State{Status: auth.StatusHealthy, Email: email, KeepFresh: true}
}

// alive reports whether a process that a script has noted is there.
func (r *rig) alive(note string) bool {
	r.t.Helper()
	text := files.Read(r.t, note)
	pid := must.Get(strconv.Atoi(strings.TrimSpace(string(text))))(r.t)
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	// One that nobody has reaped yet is dead as well.
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || !strings.Contains(string(stat), ") Z ")
}
