package app

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"rekey/auth/agent"
	"rekey/internal/userdir"
	"rekey/internal/version"
)

// ourHomes are the homes that this process looks after. They implement part.
type ourHomes []*ourHome

// sockets returns those of all homes, starting with number first.
func (homes ourHomes) sockets(first int) []string {
	list := []string{homes[first].member.Socket()}
	for i, h := range homes {
		if i != first {
			list = append(list, h.member.Socket())
		}
	}
	return list
}

// options returns those of all homes.
func (homes ourHomes) options() (list []agent.Options) {
	for _, h := range homes {
		list = append(list, h.options)
	}
	return list
}

// ourHome is one of them.
type ourHome struct {
	options agent.Options // with its tray lock
	// From join on:
	member *agent.Member
	stop   func()     // ends what it runs
	ended  chan error // how that ended; capacity 1
}

// takeHomes takes the tray locks of the homes that no other tray shows. A home
// with several names is taken once. first is the first home's socket.
func (w wiring) takeHomes(homes []string) (ours ourHomes, first string, err error) {
	seen := make(map[string]bool)
	for _, home := range homes {
		o, err := w.options(home)
		if err != nil {
			ours.unlock()
			return nil, "", err
		}
		socket := o.Socket()
		if first == "" {
			first = socket
		}
		if seen[socket] {
			continue
		}
		seen[socket] = true
		o.Tray, err = agent.LockTray(o)
		if errors.Is(err, agent.ErrRunning) {
			continue
		}
		if err != nil {
			ours.unlock()
			return nil, "", err
		}
		ours = append(ours, &ourHome{options: o})
	}
	return ours, first, nil
}

// unlock releases the tray locks.
func (homes ourHomes) unlock() {
	for _, h := range homes {
		h.options.Tray.Unlock()
	}
}

// join joins every home and immediately runs each: another process may have
// taken another of these homes, and each would wait for the other's answer.
func (homes ourHomes) join(ctx context.Context) error {
	group, joining := errgroup.WithContext(ctx)
	for _, h := range homes {
		group.Go(func() (err error) {
			if h.member, err = agent.Join(joining, h.options, version.Current().Number); err != nil {
				return err
			}
			running, stop := context.WithCancel(ctx)
			h.stop, h.ended = stop, make(chan error, 1)
			go func() { h.ended <- h.member.Run(running) }()
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		gone, cancel := context.WithCancel(ctx)
		cancel()
		return errors.Join(err, homes.Run(gone), homes.Close(ctx))
	}
	return nil
}

// Run implements part: it stops what join has started when ctx is done or one
// of them ends.
func (homes ourHomes) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, h := range homes {
		if h.ended == nil {
			continue // it was not joined
		}
		group.Go(func() error {
			defer h.stop()
			select {
			case err := <-h.ended:
				return err
			case <-ctx.Done():
				h.stop()
				return <-h.ended
			}
		})
	}
	return group.Wait()
}

// Close implements part.
func (homes ourHomes) Close(ctx context.Context) error {
	var group errgroup.Group
	for _, h := range homes {
		if h.member != nil {
			group.Go(func() error { return h.member.Close(ctx) })
		}
	}
	return group.Wait()
}

// name is a home's path as its user writes it.
func (homes ourHomes) name(i int) string {
	dir := homes[i].options.Dir
	if user, err := userdir.Home(); err == nil {
		if rest, ok := strings.CutPrefix(dir, user+string(filepath.Separator)); ok {
			return "~" + string(filepath.Separator) + rest
		}
	}
	return dir
}
