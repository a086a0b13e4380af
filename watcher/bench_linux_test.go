package watcher

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"rekey/test/kit/must"
)

// BenchmarkLatency measures how long it takes from a file's replacement (rename)
// to the message, and beside it, on another directory, to the moment when a
// blocking read of inotify returns with that event: the least there is. Both are
// received beside the goroutine that renames, which is held up by the disk.
func BenchmarkLatency(b *testing.B) {
	d := newDisk(b)
	d.mkdir("ours")
	d.mkdir("raw")
	ours := startMessages(b, d.path("ours/auth.json"))
	raw := startInotify(b, d.path("raw"), "auth.json")

	var oursTook, rawTook []time.Duration
	for b.Loop() {
		oursTook = append(oursTook, replaceAndWait(d, "ours/auth.json", ours))
		rawTook = append(rawTook, replaceAndWait(d, "raw/auth.json", raw))
	}
	message, least := quantiles(oursTook), quantiles(rawTook)
	b.ReportMetric(0, "ns/op") // would be of both together, writing included
	b.ReportMetric(message.p50, "p50-µs")
	b.ReportMetric(message.p99, "p99-µs")
	b.ReportMetric(least.p50, "inotify-p50-µs")
	b.ReportMetric(least.p99, "inotify-p99-µs")
	b.ReportMetric(message.p50/least.p50, "p50-ratio")
	b.ReportMetric(message.p99/least.p99, "p99-ratio")
}

// replaceAndWait replaces a file and returns how long it took until that was seen.
func replaceAndWait(d disk, name string, seen <-chan time.Time) time.Duration {
	d.write(name+".tmp", "a content")
	began := time.Now()
	d.rename(name+".tmp", name)
	for {
		if at := <-seen; at.After(began) {
			return at.Sub(began)
		}
	}
}

// startMessages runs a Watcher of file and says when its messages arrive, until
// the benchmark ends.
func startMessages(b *testing.B, file string) <-chan time.Time {
	b.Helper()
	w := newWatcher(b, file)
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- w.Run(ctx) }()
	<-w.Changes()
	arrived := make(chan time.Time, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-w.Changes():
				select {
				case arrived <- time.Now():
				case <-ctx.Done():
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	b.Cleanup(func() {
		cancel()
		<-ended
		if err := <-ran; err != nil {
			b.Error(err)
		}
	})
	return arrived
}

type spread struct{ p50, p99 float64 } // µs

func quantiles(took []time.Duration) spread {
	slices.Sort(took)
	at := func(percent int) float64 {
		return float64(took[(len(took)-1)*percent/100].Nanoseconds()) / 1000
	}
	return spread{at(50), at(99)}
}

// startInotify reads the events of dir and says when one for name was read,
// until the benchmark ends.
func startInotify(b *testing.B, dir, name string) <-chan time.Time {
	b.Helper()
	fd := must.Get(unix.InotifyInit1(unix.IN_CLOEXEC))(b)
	watch := must.Get(unix.InotifyAddWatch(fd, dir, unix.IN_CREATE|unix.IN_MOVED_TO|unix.IN_MODIFY|unix.IN_DELETE|unix.IN_ATTRIB))(b)
	arrived := make(chan time.Time, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		buf := make([]byte, 64<<10)
		for {
			n, err := unix.Read(fd, buf)
			now := time.Now()
			if err == unix.EINTR {
				continue
			}
			if err != nil || gone(buf[:n]) {
				return
			}
			if named(buf[:n], name) {
				arrived <- now
			}
		}
	}()
	b.Cleanup(func() {
		_, _ = unix.InotifyRmWatch(fd, uint32(watch)) // sends the last event
		<-ended
		_ = unix.Close(fd)
	})
	return arrived
}

// gone reports whether the watch has ended.
func gone(events []byte) bool {
	found := false
	each(events, func(mask uint32, _ string) { found = found || mask&unix.IN_IGNORED != 0 })
	return found
}

// named reports whether something happened to name.
func named(events []byte, name string) bool {
	found := false
	each(events, func(_ uint32, of string) { found = found || of == name })
	return found
}

func each(events []byte, do func(mask uint32, name string)) {
	for len(events) >= unix.SizeofInotifyEvent {
		event := (*unix.InotifyEvent)(unsafe.Pointer(&events[0]))
		end := unix.SizeofInotifyEvent + int(event.Len)
		do(event.Mask, string(bytes.TrimRight(events[unix.SizeofInotifyEvent:end], "\x00")))
		events = events[end:]
	}
}
