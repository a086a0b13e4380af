package agent

import (
	"testing"

	"rekey/auth"
	"rekey/auth/appserver"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

func TestClientsAreToldOfChanges(t *testing.T) {
	r := newRig(t, box.Config{})
	a := r.start()
	clients := []*appserver.Client{r.client(), r.client(), r.client()}
	for _, change := range []struct {
		content []byte
		want    auth.Status
	}{
		{box.AuthJSON(box.WithAPIKey("not-a-real-key")), auth.StatusAPIKey},
		{r.newSignIn(box.Grace()), auth.StatusHealthy},
	} {
		r.put(change.content)
		for _, c := range clients {
			kit.Await(t, c, string(change.want), status(change.want))
		}
	}
	must.Do(t, clients[0].SetPreferences(within(t), auth.KeepFresh(false)))
	for _, c := range clients {
		kit.Await(t, c, "not kept fresh", func(st auth.State) bool { return !st.KeepFresh })
	}
	kit.Await(t, a, "not kept fresh", func(st auth.State) bool { return !st.KeepFresh })
}

// Who leaves in the middle of a refresh does not end it, and nobody else notices.
func TestClientThatLeavesHarmsNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{})
	answer := make(chan struct{})
	r.server.Script(box.Reply{Gate: answer})
	a := r.start()
	stays := r.client()
	leaves := r.raw(a.Socket())
	leaves.introduce()
	leaves.send(2, "rekey/refresh", "{}")
	must.Do(t, r.server.WaitForRequests(within(t), 1))
	_ = leaves.Close()
	refreshed := kit.Later(func() error { return stays.Refresh(within(t)) })
	kit.Await(t, stays, "renewing", status(auth.StatusRefreshing))
	before := r.content()
	close(answer)
	if err := <-refreshed; err != nil {
		t.Errorf("the other client's refresh: %v", err)
	}
	if r.content() == before {
		t.Error("the new tokens are not in the store")
	}
	kit.Await(t, stays, "healthy", status(auth.StatusHealthy))
}

// Who subscribes and then reads nothing keeps nobody waiting, not even the end.
func TestClientThatReadsNothingHarmsNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{})
	a := must.Get(r.open().Become(t.Context(), "test"))(t)
	defer a.lock.Unlock()
	stop := r.run(a.Run)
	reads := r.client()
	mute := r.raw(a.Socket())
	mute.introduce()
	mute.send(2, "rekey/subscribe", "{}")
	mute.answer(2)
	on := true
	for range 2000 { // far more than the system keeps for a reader
		on = !on
		a.manager.SetPreferences(auth.KeepFresh(on))
		kit.Await(t, reads, "what was set", func(st auth.State) bool { return st.KeepFresh == on })
	}
	stop()
}
