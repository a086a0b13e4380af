package appserver_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rekey/auth/appserver"
	"rekey/lend"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// names are those in protocol.go: of methods, and of notifications.
func names(t testing.TB) (methods, notes []string) {
	t.Helper()
	file := must.Get(parser.ParseFile(token.NewFileSet(), "protocol.go", nil, parser.SkipObjectResolution))(t)
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		lit, ok := spec.Values[0].(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		value, err := strconv.Unquote(lit.Value)
		switch name := spec.Names[0].Name; {
		case err != nil:
			t.Fatal(err)
		case strings.HasPrefix(name, "method"):
			methods = append(methods, value)
		case strings.HasPrefix(name, "note"):
			notes = append(notes, value)
		}
		return true
	})
	slices.Sort(methods)
	if len(methods) == 0 || len(notes) == 0 {
		t.Fatalf("protocol.go has the methods %q and the notifications %q", methods, notes)
	}
	return methods, notes
}

// own leaves those with Rekey's prefix.
func own(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !strings.HasPrefix(name, "rekey/") })
}

// docs/protocol.md lists each of Rekey's own methods, and no other.
func TestMethodsAreDocumented(t *testing.T) {
	all, allNotes := names(t)
	methods, notes := own(all), own(allNotes)
	text := files.Read(t, "../../docs/protocol.md")
	_, section, found := strings.Cut(string(text), "\n## Rekey's own methods\n")
	section, _, ended := strings.Cut(section, "\n## ")
	if !found || !ended {
		t.Fatal("docs/protocol.md has no such section")
	}
	var listed []string
	for _, row := range regexp.MustCompile("(?m)^\\| `(rekey/\\w+)` \\|").FindAllStringSubmatch(section, -1) {
		listed = append(listed, row[1])
	}
	slices.Sort(listed)
	if len(methods) == 0 || len(notes) == 0 || !slices.Equal(listed, methods) {
		t.Errorf("docs/protocol.md lists %q, the code knows %q", listed, methods)
	}
	for _, note := range notes {
		if !strings.Contains(section, "`"+note) {
			t.Errorf("docs/protocol.md does not speak of %s", note)
		}
	}
}

// The code answers each of them.
func TestMethodsAreServed(t *testing.T) {
	methods, _ := names(t)
	p := initialized(t, &appserver.Server{Home: newHome(t, signedIn(), refusing())})
	for _, method := range own(methods) {
		if method == "rekey/subscribe" {
			continue // the State it pushes might be taken for an answer; other tests use it
		}
		m := p.ask(`{"id":1,"method":"` + method + `","params":{}}`)
		if m.Error != nil && strings.Contains(m.Error.Message, "unknown variant") {
			t.Errorf("%s: %s", method, m.line)
		}
	}
	if m := p.ask(`{"id":1,"method":"rekey/none","params":{}}`); m.Error == nil || !strings.Contains(m.Error.Message, "unknown variant") {
		t.Errorf("a method that is none: %s", m.line)
	}
}

// Asking for a token with an overflowing lifetime does not return one that
// works for less.
func TestTokenForEver(t *testing.T) {
	p := initialized(t, &appserver.Server{Home: newHome(t, signedIn(), refusing())})
	for validity, want := range map[string]bool{"0": true, "-1e300": true, "3600": true, "1e9": false, "1e300": false} {
		m := p.ask(`{"id":1,"method":"rekey/token","params":{"minValiditySeconds":` + validity + `}}`)
		if got := m.Error == nil; got != want {
			t.Errorf("a token for %s seconds: %s", validity, m.line)
		}
	}
}

// A client sees the loans of the agent, and has it push and stop.
func TestLoansOverTheSocket(t *testing.T) {
	h := newHome(t, nil, &script{}, ours)
	h.loans = []lend.Loan{{ID: "1", Target: lend.Target{Name: "ssh:box", CodexHome: "/srv"}, Fault: &lend.Fault{Code: lend.TimedOut}, Failures: 2}}
	client := dial(t, h)
	loans, err := client.Loans(t.Context())
	if err != nil || len(loans) != 1 || loans[0].Name != "ssh:box" || loans[0].CodexHome != "/srv" || loans[0].Fault.Code != lend.TimedOut {
		t.Errorf("the loans are %+v, %v", loans, err)
	}
	for want, ask := range map[lend.Code]func() error{
		"pushed":     func() error { return client.PushLoan(t.Context(), "2") },
		lend.Stopped: func() error { return client.StopLoan(t.Context(), "2") },
	} {
		must.Do(t, ask())
		if loans, _ := client.Loans(t.Context()); len(loans) != 1 || loans[0].ID != "2" || loans[0].Ending != want {
			t.Errorf("%s: the loans are %+v", want, loans)
		}
	}
}

// TestOptOut: a client gets no notification of a kind that it does not want.
func TestOptOut(t *testing.T) {
	p := connect(t, &appserver.Server{Home: newHome(t, nil, refusing())})
	p.ask(`{"id":0,"method":"initialize","params":{"clientInfo":{"name":"x","version":"1"},"capabilities":{"optOutNotificationMethods":["account/login/completed"]}}}`)
	p.ask(`{"id":1,"method":"account/login/start","params":{"type":"apiKey","apiKey":"sk-fake"}}`)
	if got := p.next(); got.Method != "account/updated" {
		t.Errorf("got %s", got.line)
	}
}
