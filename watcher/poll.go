package watcher

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

// poll checks files at regular intervals, between start and stop.
type poll struct {
	files    []string
	interval time.Duration
	ticker   *time.Ticker // nil when stopped
	last     []stamp      // of files
}

func newPoll(files []string, interval time.Duration) *poll {
	return &poll{files: files, interval: interval, last: make([]stamp, len(files))}
}

// start starts to poll if it has not started yet. It finds only later changes,
// so the files must be read afterwards.
func (p *poll) start() {
	if p.ticker != nil {
		return
	}
	p.changed()
	p.ticker = time.NewTicker(p.interval)
}

func (p *poll) stop() {
	if p.ticker == nil {
		return
	}
	p.ticker.Stop()
	p.ticker = nil
}

// due returns the channel that says when to check, nil when stopped.
func (p *poll) due() <-chan time.Time {
	if p.ticker == nil {
		return nil
	}
	return p.ticker.C
}

// changed checks all files and reports whether any has changed.
func (p *poll) changed() bool {
	changed := false
	for i, file := range p.files {
		now := stampOf(file)
		if !now.equal(p.last[i]) {
			changed = true
		}
		p.last[i] = now
	}
	return changed
}

// stamp distinguishes states of a file without reading it.
type stamp struct {
	info    fs.FileInfo // nil when stat fails
	failure error       // then: why
}

// stampOf returns the stamp of the file that path leads to.
func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if err == nil {
		return stamp{info: info}
	}
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathErr.Err // the system's error number, which can be compared
	}
	return stamp{failure: err}
}

// equal compares size, modification time, mode and identity (the inode).
func (s stamp) equal(o stamp) bool {
	if s.info == nil || o.info == nil {
		return s.info == o.info && s.failure == o.failure //nolint:errorlint // they are syscall.Errno
	}
	return s.info.Size() == o.info.Size() &&
		s.info.ModTime().Equal(o.info.ModTime()) &&
		s.info.Mode() == o.info.Mode() &&
		os.SameFile(s.info, o.info)
}
