package appserver_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"rekey/auth/appserver"
	"rekey/test/kit/must"
)

// fakeAgent listens and answers each line it gets with the next of its own.
func fakeAgent(t *testing.T, answers ...string) (socket string) {
	t.Helper()
	socket = filepath.Join(t.TempDir(), "s")
	l := must.Get(net.Listen("unix", socket))(t)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		nc, err := l.Accept()
		if err != nil {
			return
		}
		defer nc.Close()
		in := bufio.NewReader(nc)
		for _, answer := range answers {
			if _, err := in.ReadString('\n'); err != nil {
				return
			}
			_, _ = io.WriteString(nc, answer+"\n")
		}
		_, _ = io.Copy(io.Discard, in)
	}()
	return socket
}

// A client that cannot talk to an older or newer agent says so in one sentence.
func TestClientOfAnotherAgent(t *testing.T) {
	const state = `{"id":2,"result":{"schema":9,"state":{"status":"healthy"}}}`
	for name, tt := range map[string]struct {
		answer string
		want   string // part of the sentence, "" for none
	}{
		"older, without versions": {`{"id":1,"result":{"userAgent":"x"}}`, "the running Rekey is older than this program"},
		"older":                   {`{"id":1,"result":{"rekey":{"version":"0.0.9","schema":{"oldest":0,"newest":0}}}}`, "the running Rekey is older than this program"},
		"newer":                   {`{"id":1,"result":{"rekey":{"version":"9.1","schema":{"oldest":2,"newest":3}}}}`, "the running Rekey is newer than this program"},
		"newer, says so itself": {`{"id":1,"error":{"code":-32603,"message":"x","data":{"kind":"schema","permanent":false,` +
			`"rekey":{"version":"9.1","schema":{"oldest":2,"newest":3}}}}}`, "the running Rekey is newer than this program"},
		"newer, but speaks ours as well": {`{"id":1,"result":{"rekey":{"version":"9.1","schema":{"oldest":1,"newest":9}}}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := appserver.Dial(t.Context(), fakeAgent(t, tt.answer, state))
			if tt.want == "" {
				must.Do(t, err)
				if got := c.State().Status; got != "healthy" {
					t.Errorf("the State is %q", got)
				}
				_ = c.Close()
				return
			}
			if _, ok := errors.AsType[*appserver.SchemaError](err); !ok || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Dial = %v, want %q", err, tt.want)
			}
		})
	}
}

// An agent that does not understand a client says so, and serves those it does.
func TestAgentOfAnotherClient(t *testing.T) {
	for name, tt := range map[string]struct {
		client string
		want   string // part of the answer
	}{
		"newer":                 {`{"schema":{"oldest":2,"newest":2}}`, "the running Rekey is older than this program"},
		"older":                 {`{"schema":{"oldest":0,"newest":0}}`, "the running Rekey is newer than this program"},
		"newer, speaks ours":    {`{"schema":{"oldest":1,"newest":2}}`, `"rekey":{"version":"1.2","schema":{"oldest":1,"newest":1}}`},
		"without versions":      {`{"subscribe":true}`, `"state":{"status":"signed_out"`},
		"somebody else's":       {`null`, `"rekey":{"version":"1.2"`},
		"no versions but a lie": {`{"schema":"x"}`, "invalid type: string for `rekey.schema`, expected an object"},
		"no introduction":       {`7`, "invalid type: number for `rekey`, expected an object"},
	} {
		t.Run(name, func(t *testing.T) {
			p := connect(t, &appserver.Server{Home: newHome(t, nil, refusing()), Version: "1.2"})
			m := p.ask(`{"id":1,"method":"initialize","params":{"clientInfo":{"name":"t","version":"1"},"rekey":` + tt.client + `}}`)
			if !strings.Contains(m.line, tt.want) {
				t.Errorf("got %s, want %q", m.line, tt.want)
			}
			after := p.ask(`{"id":2,"method":"rekey/state","params":{}}`)
			if served := after.Error == nil; served != (m.Error == nil) {
				t.Errorf("after that it is answered %s", after.line)
			}
		})
	}
}

// A client that is refused because of too many clients is told why.
func TestClientIsRefused(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	l := must.Get(net.Listen("unix", socket))(t)
	defer l.Close()
	refused := make(chan struct{})
	go func() {
		defer close(refused)
		for range 20 {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			appserver.Refuse(nc, appserver.ErrFull)
		}
	}()
	for range 20 { // whichever comes first, its hello or our refusal
		if _, err := appserver.Dial(t.Context(), socket); !errors.Is(err, appserver.ErrFull) {
			t.Errorf("Dial = %v, want %v", err, appserver.ErrFull)
		}
	}
	<-refused
}
