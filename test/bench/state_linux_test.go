package bench_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"rekey/auth/agent"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// fileToState: how long after a file was replaced, or written in place, its
// content is known, as a State to the agent's subscribers, and as a parsed
// content to a program that does nothing but wait for inotify, read and parse.
func (r *rivals) fileToState(b *testing.B) {
	began := time.Now().UTC().Truncate(time.Second)
	states, raw := newPlace(b, began), newPlace(b, began)
	publishStates(b, states)
	readRaw(b, raw)
	ways := []string{"replaced", "written in place"}
	var ours, theirs [2]samples
	interleave(b,
		func() { ours[0] = append(ours[0], states.replace(b)) },
		func() { theirs[0] = append(theirs[0], raw.replace(b)) },
		func() { ours[1] = append(ours[1], states.write(b)) },
		func() { theirs[1] = append(theirs[1], raw.write(b)) })
	for i, way := range ways {
		for _, q := range []struct {
			percent int
			name    string
		}{{50, "median"}, {99, "99 of 100"}} {
			r.table.add(b, row{
				what: "file " + way + " → State, " + q.name, unit: "ms", digits: 3, goal: 1.3,
				rival: "inotify, read, parse", ours: ours[i].quantile(q.percent), theirs: theirs[i].quantile(q.percent),
			})
		}
	}
}

// place is a home whose content is replaced again and again. Each content's
// access token ends a second later than the one before.
type place struct {
	home  *box.Home
	opts  agent.Options
	began time.Time
	n     int
	known chan seen
}

// seen says that a content was known at a time.
type seen struct{ ends, at time.Time }

func newPlace(b *testing.B, began time.Time) *place {
	w := newWorld(b)
	p := &place{home: w.Home, opts: w.Options(), began: began, known: make(chan seen, 64)}
	must.Do(b, p.home.Replace(p.content()))
	return p
}

// apart is how long after one change the next is made: what there is to do after
// a State, such as writing down what has happened, is over by then.
const apart = 2 * time.Millisecond

func (p *place) ends() time.Time { return p.began.Add(life + time.Duration(p.n)*time.Second) }

func (p *place) content() []byte {
	return box.AuthJSON(box.WithIssued(p.began), box.WithExpiry(p.ends()))
}

// replace puts the next content in place and returns how long, in
// milliseconds, it took until it was known.
func (p *place) replace(b *testing.B) float64 {
	p.n++
	next := p.home.AuthPath() + ".next"
	must.Do(b, os.WriteFile(next, p.content(), 0o600))
	<-time.After(apart)
	began := time.Now()
	must.Do(b, os.Rename(next, p.home.AuthPath()))
	return p.wait(b, began)
}

// write is replace for a program that writes into the file.
func (p *place) write(b *testing.B) float64 {
	p.n++
	content := p.content()
	<-time.After(apart)
	began := time.Now()
	must.Do(b, os.WriteFile(p.home.AuthPath(), content, 0o600))
	return p.wait(b, began)
}

func (p *place) wait(b *testing.B, began time.Time) float64 {
	for {
		select {
		case s := <-p.known:
			if s.ends.Equal(p.ends()) {
				return milliseconds(s.at.Sub(began))
			}
		case <-time.After(10 * time.Second):
			b.Fatal("the new content was never seen")
		}
	}
}

// publishStates is the place's agent, until the benchmark ends.
func publishStates(b *testing.B, p *place) {
	home := agent.Open(p.opts)
	ctx, cancel := context.WithCancel(context.Background())
	keeper := must.Get(home.Become(ctx, "0"))(b)
	ran := kit.Later(func() error { return keeper.Run(ctx) })
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for s := range home.Subscribe(ctx) {
			p.known <- seen{s.ExpiresAt, time.Now()}
		}
	}()
	for (<-p.known).ends.IsZero() { // until it watches
	}
	b.Cleanup(func() {
		cancel()
		<-ended
		if err := errors.Join(<-ran, keeper.Close(context.Background())); err != nil {
			b.Error(err)
		}
	})
}

// readRaw does the least that there is to do, until the benchmark ends.
func readRaw(b *testing.B, p *place) {
	fd := must.Get(unix.InotifyInit1(unix.IN_CLOEXEC))(b)
	watch := must.Get(unix.InotifyAddWatch(fd, p.home.Dir(), unix.IN_MOVED_TO|unix.IN_MODIFY))(b)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		events := make([]byte, 4096)
		for {
			n, err := unix.Read(fd, events)
			switch {
			case err == unix.EINTR:
				continue
			case err != nil || gone(events[:n]):
				return
			}
			if !bytes.Contains(events[:n], []byte(filepath.Base(p.home.AuthPath())+"\x00")) {
				continue
			}
			content, err := os.ReadFile(p.home.AuthPath())
			if err != nil {
				continue
			}
			if ends, err := plainExpiry(content); err == nil {
				p.known <- seen{ends, time.Now()}
			}
		}
	}()
	b.Cleanup(func() {
		_, _ = unix.InotifyRmWatch(fd, uint32(watch)) // sends the last event
		<-ended
		_ = unix.Close(fd)
	})
}

// plainExpiry reads an auth.json as anybody would who wants to know no more than
// whose it is and until when it works: with encoding/json alone.
func plainExpiry(content []byte) (time.Time, error) {
	var file struct {
		Tokens struct {
			ID     string `json:"id_token"`
			Access string `json:"access_token"`
		} `json:"tokens"`
	}
	if err := json.Unmarshal(content, &file); err != nil {
		return time.Time{}, err
	}
	var who struct {
		Email string `json:"email"`
	}
	var until struct {
		Expires int64 `json:"exp"`
	}
	err := errors.Join(plainClaims(file.Tokens.ID, &who), plainClaims(file.Tokens.Access, &until))
	return time.Unix(until.Expires, 0), err
}

// plainClaims reads a JSON Web Token.
func plainClaims(token string, claims any) error {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return errors.New("not a JSON Web Token")
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return err
	}
	return json.Unmarshal(payload, claims)
}

// gone reports whether the first event is the watch's last.
func gone(events []byte) bool {
	return len(events) >= unix.SizeofInotifyEvent &&
		(*unix.InotifyEvent)(unsafe.Pointer(&events[0])).Mask&unix.IN_IGNORED != 0
}
