package promises_test

import (
	"path/filepath"
	"sync"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
)

// P1 and P2 hold across homes: three homes with copies of one sign-in that is
// due, an agent in each and commands beside them, and a server that ends the whole
// family when it sees a token twice.
func TestCopiesInSeveralHomes(t *testing.T) {
	t.Parallel()
	for range 20 {
		if copiesAtOnce(t) {
			return
		}
	}
	t.Errorf("no twenty times did all commands end within %v of the refresh", auth.Fresh)
}

// copiesAtOnce reports whether all commands asked while new tokens count as fresh.
// Those that a busy machine starts later may ask once more.
func copiesAtOnce(t *testing.T) bool {
	w := newWorldWith(t, box.Config{AccessLife: life, ReuseRevokesFamily: true})
	w.must(w.SignIn(10 * time.Minute))
	content, err := w.Home.Read()
	w.must(err)
	homes := []*box.Home{w.Home}
	for _, name := range []string{"copy", "other-copy"} {
		home, err := box.NewHome(filepath.Join(filepath.Dir(w.Home.Dir()), name))
		w.must(err)
		w.must(home.Replace(content))
		homes = append(homes, home)
	}
	var together sync.WaitGroup
	for _, home := range homes {
		_, err := w.Start(func([]byte) {}, kit.Rekey(t), "watch", "--format", "json", "--home", home.Dir())
		w.must(err)
		for range 3 {
			cmd := w.Command(w.ctx, kit.Rekey(t), "refresh", "--home", home.Dir())
			together.Go(func() {
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("rekey refresh: %v\n%s", err, out)
				}
			})
		}
	}
	together.Wait()
	if n := w.Server.Reused(); n != 0 {
		t.Errorf("%d refresh tokens were spent twice", n)
	}
	asked := w.Server.Requests()
	if len(asked) == 0 {
		t.Fatal("nothing was sent")
	}
	if took := time.Since(asked[0].At); took > auth.Fresh {
		t.Logf("the commands took %v: once more", took)
		w.Close()
		return false
	}
	refreshed := func() (tokens []string) {
		for _, home := range homes {
			token := ""
			if content, err := home.Read(); err == nil {
				if s, err := auth.ParseSnapshot(content); err == nil {
					token = s.RefreshToken().Reveal()
				}
			}
			tokens = append(tokens, token)
		}
		return tokens
	}
	w.until("all homes hold the same new token", func() bool {
		tokens := refreshed()
		return tokens[0] != "" && tokens[0] == tokens[1] && tokens[1] == tokens[2] && w.Server.Works(tokens[0])
	})
	if n := w.Server.Refreshes(); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	return true
}
