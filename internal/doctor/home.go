package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"rekey/auth"
	"rekey/auth/agent"
	"rekey/auth/codex"
	"rekey/auth/memory"
	"rekey/auth/store"
	"rekey/internal/fault"
	"rekey/internal/safefile"
)

// home examines a Codex home and its sign-in.
func (in Inputs) home(ctx context.Context, o agent.Options) (f found) {
	if _, err := os.Stat(o.Dir); errors.Is(err, fs.ErrNotExist) {
		f.word(FactHome, o.Dir, WordMissing)
		f.finding(FindNoHome, Note, o.Dir)
	} else {
		f.word(FactHome, o.Dir, WordExists)
	}
	cfg, err := codex.ReadConfig(o.Dir)
	if err != nil {
		f.finding(FindCodexConfig, Warning, o.Dir, "Why", err)
	}
	f.fact(FactStore, o.Dir, string(cfg.Store))
	f.keyring(ctx, o, cfg)
	f.permissions(o.Dir)
	f.locks(o.Dir)
	kept, err := memory.Open(o.Store.Disk, o.Dirs.StateDir(o.Dir))
	if err == nil {
		err = kept.Rehearse()
	}
	if err != nil {
		f.finding(FindState, Problem, o.Dir, "Why", err)
	}
	h := agent.Open(o)
	_ = h.Reload(ctx) // the State says what is wrong
	s, _ := h.Manager().Snapshot()
	f.signIn(o.Dir, h.State())
	f.saving(ctx, o, cfg, s, h.State())
	if err := h.CannotWatch(); err != nil {
		f.finding(FindNoWatches, Warning, o.Dir, "Why", usedUp(err))
	}
	if issued := s.AccessIssued(); issued.After(in.Now().Add(time.Minute)) {
		f.finding(FindFuture, Problem, o.Dir, "Ahead", issued.Sub(in.Now()).Round(time.Second))
	}
	return f
}

// saving tries what saving a refreshed sign-in takes, without changing
// anything.
func (f *found) saving(ctx context.Context, o agent.Options, cfg codex.Config, s *auth.Snapshot, st auth.State) {
	if target, err := codex.CredentialPath(o.Dir); err == nil {
		if way, err := o.Store.Disk.WayTo(target); err == nil && way == safefile.InPlace {
			f.finding(FindBoundFile, Note, o.Dir, "Where", target)
		}
	}
	if !s.Managed() || st.CannotSave { // which the State says
		return
	}
	target, err := store.Open(o.Dir, cfg, o.Store)
	if err == nil {
		err = target.Writable(ctx)
	}
	if err != nil {
		f.finding(FindCannotSave, Problem, o.Dir, "Why", err)
	}
}

// usedUp names the limit that stands behind an error of Linux's notifications,
// whose own words speak of files and of a device.
func usedUp(err error) error {
	limit := ""
	switch {
	case errors.Is(err, syscall.EMFILE):
		limit = "fs.inotify.max_user_instances"
	case errors.Is(err, syscall.ENOSPC):
		limit = "fs.inotify.max_user_watches"
	default:
		return err
	}
	return fault.New("limit_used_up", "the limit {{.Name}} is used up", "Name", limit)
}

// signIn reports the State.
func (f *found) signIn(home string, st auth.State) {
	nobody := st
	nobody.Email, nobody.Plan = "", "" // FactAccount has them, masked
	f.facts = append(f.facts, Fact{Code: FactStatus, About: home, Value: string(st.Status), State: &nobody})
	if st.Email != "" {
		account := st.Email
		if st.Plan != "" {
			account += " · " + st.Plan
		}
		f.fact(FactAccount, home, account)
	}
	if !st.ExpiresAt.IsZero() {
		f.fact(FactExpires, home, st.ExpiresAt.Format(time.RFC3339))
	}
	if !st.LastRefresh.IsZero() {
		f.fact(FactRefreshed, home, st.LastRefresh.Format(time.RFC3339))
	}
	switch {
	case st.Locked:
		f.finding(FindLocked, Problem, home)
	case st.Encrypted:
		f.finding(FindEncrypted, Problem, home, "Why", st)
	case st.Restricted:
		f.finding(FindRestricted, Problem, home, "Why", st)
	case st.Status == auth.StatusUnreadable:
		f.finding(FindUnreadable, Problem, home, "Why", st)
	case st.Status == auth.StatusSignedOut:
		f.finding(FindSignedOut, Note, home)
	case st.NeedsSignIn():
		f.finding(FindSignIn, Problem, home, "Why", st)
	case st.CannotSave:
		f.finding(FindCannotSave, Problem, home, "Why", st)
	case st.Status == auth.StatusWaiting && st.NeverTried:
		f.finding(FindNotTried, Note, home)
	case st.Status == auth.StatusWaiting:
		f.finding(FindWaiting, Problem, home, "Why", st)
	}
}

// keyring checks whether the keyring that holds the sign-in, or would, answers.
// The store bounds the wait.
func (f *found) keyring(ctx context.Context, o agent.Options, cfg codex.Config) {
	if cfg.Encrypted || cfg.Store != codex.StoreKeyring && cfg.Store != codex.StoreAuto {
		return
	}
	auto := cfg.Store == codex.StoreAuto
	cfg.Store = codex.StoreKeyring // "auto" hides what is wrong with it
	s, err := store.Open(o.Dir, cfg, o.Store)
	if err != nil {
		return // which the State says
	}
	_, err = s.Load(ctx)
	var unreadable *auth.UnreadableError
	switch {
	case !errors.As(err, &unreadable):
		f.word(FactKeyring, o.Dir, WordReachable)
	case unreadable.Locked:
		f.word(FactKeyring, o.Dir, WordLocked) // the State says what that means
	default:
		f.fact(FactKeyring, o.Dir, unreadable.What.Error())
		if auto {
			f.finding(FindKeyring, Note, o.Dir, "Why", unreadable.What)
		}
	}
}

// permissions checks who else may read or write the credentials.
func (f *found) permissions(home string) {
	for _, path := range []string{filepath.Join(home, "auth.json"), home} {
		info, err := os.Stat(path)
		if err != nil {
			continue // which the State says
		}
		if code := open(info); code != "" {
			f.finding(code, Warning, home, "Where", path, "Mode", fmt.Sprintf("%04o", info.Mode().Perm()))
		}
	}
}

// locks checks whether the filesystem has locks: without them nothing is
// refreshed ahead of time.
func (f *found) locks(home string) {
	target, err := codex.CredentialPath(home)
	if err != nil {
		return // which the State says
	}
	path := target + ".rekey.lock"
	if _, err := os.Stat(path); err != nil {
		tmp, err := safefile.Disk{}.CreateTemp(filepath.Dir(target), ".rekey-lock-", nil, "")
		if err != nil {
			return // which the State says when it matters
		}
		defer tmp.Discard()
		path = tmp.Path()
	}
	unlock, err := safefile.TryLock(path, 0o600)
	switch {
	case err == nil:
		unlock()
	case errors.Is(err, safefile.ErrNoLocks):
		f.finding(FindNoLocks, Problem, home)
	}
}
