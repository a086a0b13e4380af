package agent

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// What happened is on disk when a program ends, and known to the next one and to
// every client.
func TestActivityIsKept(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{})
	first := r.open()
	must.Do(t, first.Refresh(within(t)))
	must.Do(t, first.Close(within(t)))
	if first.State().LastActivity.IsZero() {
		t.Error("the State does not tell of it")
	}
	second, _ := r.join()
	client, _ := r.join()
	for _, m := range []*Member{second, client} {
		list, err := m.Activity(within(t))
		if err != nil || len(list) != 1 || list[0].Kind != auth.ActivityRefreshed || !list[0].At.Equal(m.State().LastActivity) {
			t.Errorf("Activity = %+v, %v; the State is %+v", list, err, m.State())
		}
	}
	r.put(r.newSignIn(box.Grace()))
	st := kit.Await(t, client, "news", func(st auth.State) bool { return st.LastActivity.After(first.State().LastActivity) })
	if list, err := client.Activity(within(t)); err != nil || len(list) != 2 || !list[1].At.Equal(st.LastActivity) {
		t.Errorf("Activity = %+v, %v", list, err)
	}
	kept := files.Read(t, filepath.Join(first.stateDir, "activity.json"))
	for _, secret := range r.secrets {
		if string(kept) == "" || bytes.Contains(kept, []byte(secret)) {
			t.Errorf("a token is in the file: %s", kept)
		}
	}
}

// A program that cannot write its own folder goes on.
func TestActivityWithoutAFolder(t *testing.T) {
	r := newRig(t, box.Config{})
	must.Do(t, os.WriteFile(r.options().Dirs.State, nil, 0o600))
	h := r.open()
	r.put(r.newSignIn(box.Grace()))
	must.Do(t, h.Reload(within(t)))
	must.Do(t, h.Close(within(t)))
	if _, err := h.Activity(within(t)); err == nil {
		t.Error("Activity has no error, and nothing can be read")
	}
	if st := h.State(); st.Email != "grace@example.com" || st.LastActivity.IsZero() {
		t.Errorf("the State is %+v", st)
	}
}
