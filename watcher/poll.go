package watcher

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

// poll looks at files at regular times, between start and stop.
type poll struct {
	files    []string
	interval time.Duration
	ticker   *time.Ticker // nil when stopped
	last     []stamp      // of files
}

func newPoll(files []string, interval time.Duration) *poll {
	return &poll{files: files, interval: interval, last: make([]stamp, len(files))}
}

// start begins to poll, if it has not begun yet. Only what changes later is
// found: the files are to be read after it.
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

// due is where it is said that it is time to look.
func (p *poll) due() <-chan time.Time {
	if p.ticker == nil {
		return nil
	}
	return p.ticker.C
}

// changed looks at all files and reports whether one of them is not as it was.
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

// stamp is what tells one state of a file from another without reading it.
type stamp struct {
	info    fs.FileInfo // nil when the file cannot be looked at
	failure error       // then: why
}

// stampOf looks at the file that path leads to.
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
