package auth

import (
	"slices"
	"testing"
	"time"
)

// kinds returns the kinds of the reported activities.
func kinds(list []Activity) (names []ActivityKind) {
	for _, a := range list {
		names = append(names, a.Kind)
	}
	return names
}

// TestActivityIsTold: everything that happens is reported once, as the program
// that did it reports it.
func TestActivityIsTold(t *testing.T) {
	for _, tt := range []struct {
		name    string
		content []byte
		do      func(r *rig)
		want    []ActivityKind
	}{
		{"read at the start", chatGPT(), func(*rig) {}, nil},
		{"refreshed", chatGPT(), func(r *rig) { r.authority.then(refreshed("2")); _ = r.refresh() }, []ActivityKind{ActivityRefreshed}},
		{"refreshed, and seen by the watcher", chatGPT(), func(r *rig) {
			r.authority.then(refreshed("2"))
			_ = r.refresh()
			_ = r.Reload(r.t.Context())
		}, []ActivityKind{ActivityRefreshed}},
		{"refreshed by another", chatGPT(), func(r *rig) {
			_ = r.reread(rotated())
		}, []ActivityKind{ActivityAdopted}},
		{"refreshed by another, found when asked", chatGPT(), func(r *rig) { r.store.put(rotated()); _ = r.refresh() }, []ActivityKind{ActivityAdopted}},
		{"refused", chatGPT(), func(r *rig) {
			r.authority.then(refused(ReasonReused))
			_, _ = r.refresh(), r.refresh()
		}, []ActivityKind{ActivityRefused}},
		{"offline", chatGPT(), func(r *rig) { r.authority.then(serverDown); _ = r.refresh() }, []ActivityKind{ActivityFailed}},
		{"no answer", chatGPT(), func(r *rig) { r.authority.then(answerLost); _ = r.refresh() }, []ActivityKind{ActivityLost}},
		{"not saved", chatGPT(), func(r *rig) {
			r.authority.then(refreshed("2"))
			r.store.fail(func(f *fakeStore) { f.updateErr = errDisk })
			_ = r.refresh()
		}, []ActivityKind{ActivityUnsaved}},
		{"signed in here", nil, func(r *rig) {
			_ = r.ReplaceSignIn(r.t.Context(), mustParse(r.t, grace()))
			_ = r.Reload(r.t.Context())
		}, []ActivityKind{ActivitySignedIn}},
		{"signed in elsewhere", nil, func(r *rig) { _ = r.reread(grace()) }, []ActivityKind{ActivitySignedIn}},
		{"another account", chatGPT(), func(r *rig) { _ = r.reread(grace()) }, []ActivityKind{ActivitySignedIn}},
		{"signed out here", chatGPT(), func(r *rig) {
			_, _ = r.Logout(r.t.Context())
			_ = r.Reload(r.t.Context())
		}, []ActivityKind{ActivitySignedOut}},
		{"signed out elsewhere", chatGPT(), func(r *rig) { _ = r.reread(nil) }, []ActivityKind{ActivitySignedOut}},
		{"unreadable for a while", chatGPT(), func(r *rig) {
			_ = r.reread([]byte(`{"tok`))
			_ = r.reread(chatGPT())
		}, nil},
		{"written anew around the same token", chatGPT(), func(r *rig) {
			_ = r.reread(chatGPT(set("OPENAI_API_KEY", "sk-1")))
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var told []Activity
			r := newRig(t, tt.content, func(o *Options) { o.Activity = func(a Activity) { told = append(told, a) } })
			tt.do(r)
			if got := kinds(told); !slices.Equal(got, tt.want) {
				t.Fatalf("told %q, want %q", got, tt.want)
			}
			for _, a := range told {
				if a.At.IsZero() || a.Count != 1 || len(a.Fingerprint) > shortFingerprint || (a.Reason != "") != (a.Kind == ActivityRefused) {
					t.Errorf("told %+v", a)
				}
			}
		})
	}
}

func TestAppendActivity(t *testing.T) {
	at := func(minutes int, kind ActivityKind, print string) Activity {
		return Activity{At: noon.Add(time.Duration(minutes) * time.Minute), Kind: kind, Fingerprint: print, Count: 1}
	}
	for _, tt := range []struct {
		name string
		list []Activity
		want []ActivityKind
	}{
		{"in order", []Activity{at(0, ActivityRefreshed, "a"), at(60, ActivityRefreshed, "b")}, []ActivityKind{ActivityRefreshed, ActivityRefreshed}},
		{"the same token refreshed twice", []Activity{at(0, ActivityRefreshed, "a"), at(60, ActivityRefreshed, "a")}, []ActivityKind{ActivityRefreshed, ActivityRefreshed}},
		{"told by a watcher too", []Activity{at(0, ActivityRefreshed, "a"), at(0, ActivityAdopted, "a")}, []ActivityKind{ActivityRefreshed}},
		{"told by a watcher first", []Activity{at(0, ActivityAdopted, "a"), at(0, ActivityRefreshed, "a")}, []ActivityKind{ActivityRefreshed}},
		{"told by two watchers", []Activity{at(0, ActivityAdopted, "a"), at(0, ActivityFailed, "a"), at(0, ActivityAdopted, "a")}, []ActivityKind{ActivityAdopted, ActivityFailed}},
		{"signed out, told twice", []Activity{at(0, ActivitySignedOut, ""), at(0, ActivitySignedOut, "")}, []ActivityKind{ActivitySignedOut}},
		{"failures in a row", []Activity{at(0, ActivityFailed, "a"), at(5, ActivityFailed, "a"), at(9, ActivityFailed, "a")}, []ActivityKind{ActivityFailed}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var kept []Activity
			for _, a := range tt.list {
				kept = AppendActivity(kept, a)
			}
			if got := kinds(kept); !slices.Equal(got, tt.want) {
				t.Fatalf("kept %q, want %q", got, tt.want)
			}
			if last := kept[len(kept)-1]; tt.name == "failures in a row" && (last.Count != 3 || !last.At.Equal(noon.Add(9*time.Minute))) {
				t.Errorf("kept %+v", last)
			}
		})
	}
	var many []Activity
	for i := range 2 * MaxActivities {
		many = AppendActivity(many, at(2*i, ActivityRefreshed, "a"))
	}
	if len(many) != MaxActivities || !many[len(many)-1].At.Equal(noon.Add(2*(2*MaxActivities-1)*time.Minute)) {
		t.Errorf("%d are kept, the last of %v", len(many), many[len(many)-1].At)
	}
}
