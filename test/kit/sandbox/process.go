package sandbox

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"

	"rekey/test/kit"
)

// Process is a program that runs until somebody ends it. Its methods are safe
// for concurrent use.
type Process struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stderr kit.Record
	ended  chan struct{} // closed when the process has been reaped
}

// Start starts a program; lines is given each line of its standard output, in
// their order and by one goroutine.
func (s *Sandbox) Start(lines func([]byte), program string, args ...string) (*Process, error) {
	p := &Process{cmd: s.Command(context.Background(), program, args...), ended: make(chan struct{})}
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.cmd.Stderr = &p.stderr
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(program), err)
	}
	go func() {
		defer close(p.ended)
		eachLine(stdout, lines)
		_ = p.cmd.Wait() // how it ended is in cmd.ProcessState
	}()
	s.mu.Lock()
	s.processes = append(s.processes, p)
	s.mu.Unlock()
	return p, nil
}

// PID is the number of the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Kill ends the process without warning, as kill -9 does, and waits for its
// end. It may have ended already.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	_ = p.stdin.Close()
	<-p.ended
}

// Ended is closed when the process has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Stderr is what the process has said so far.
func (p *Process) Stderr() string { return p.stderr.String() }
