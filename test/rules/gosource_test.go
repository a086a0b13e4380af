package rules_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rekey/test/kit"
)

// goSource is what a Go file of the programs says.
type goSource struct {
	name     string
	literals []string  // all strings
	words    []literal // those that nothing marks as something else than text for people
	errors   []literal // the texts of its errors
	says     []saying  // the calls that say a message
}

// literal is a string in a file.
type literal struct{ at, text string }

// saying is a call of Say or Count with the id written down.
type saying struct {
	at, id string
	count  bool
	names  []string // of the placeholders that it fills in
}

func (s goSource) dir() string { return path.Dir(s.name) }

// goSources are the files of the programs, without tests and what only tests use.
func goSources(t *testing.T) (sources []goSource) {
	t.Helper()
	for _, name := range projectFiles(t) {
		dir := path.Dir(name)
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") ||
			matches("test/...", dir) {
			continue
		}
		source, err := readSource(name, kit.ReadFile(t, name))
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, source)
	}
	return sources
}

// readSource reads one file.
func readSource(name string, text []byte) (goSource, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, text, parser.SkipObjectResolution)
	if err != nil {
		return goSource{}, err
	}
	r := &sourceReader{goSource: goSource{name: name}, files: files, other: map[ast.Node]bool{}}
	ast.Inspect(file, r.visit)
	return r.goSource, nil
}

// sourceReader walks through a file from the outside in.
type sourceReader struct {
	goSource
	files *token.FileSet
	other map[ast.Node]bool // strings that are no text for people
}

func (r *sourceReader) at(n ast.Node) string { return r.files.Position(n.Pos()).String() }

func (r *sourceReader) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.ImportSpec:
		return false
	case *ast.Field:
		if n.Tag != nil {
			r.other[n.Tag] = true
		}
	case *ast.BinaryExpr: // a comparison, not a concatenation
		if n.Op == token.EQL || n.Op == token.NEQ {
			r.mark(n.X, n.Y)
		}
	case *ast.CaseClause:
		r.mark(n.List...)
	case *ast.KeyValueExpr:
		r.mark(n.Key)
		if key, ok := n.Key.(*ast.Ident); ok && key.Name == "What" {
			r.fault(n.Value)
		}
	case *ast.FuncDecl: // what an Error method returns is translated where it is shown
		if n.Recv != nil && n.Name.Name == "Error" && n.Body != nil {
			ast.Inspect(n.Body, r.markLiteral)
			ast.Inspect(n.Body, r.returned)
		}
	case *ast.CallExpr:
		r.call(n)
	case *ast.BasicLit:
		r.literal(n)
	}
	return true
}

func (r *sourceReader) literal(n *ast.BasicLit) {
	text, ok := stringOf(n)
	if !ok {
		return
	}
	r.literals = append(r.literals, text)
	if !r.other[n] {
		r.words = append(r.words, literal{r.at(n), text})
	}
}

// logging are the methods of a log, which is in English for everybody.
var logging = []string{"Debug", "Info", "Warn", "Error", "DebugContext", "InfoContext", "WarnContext", "ErrorContext"}

// call sorts out the strings of a call that are no text for people.
func (r *sourceReader) call(n *ast.CallExpr) {
	on, name := callee(n)
	switch {
	case name == "Say" || name == "Count", name == "tell" && on == "w", passesOn(n):
		r.say(n, name == "Count")
	case on == "errors" && name == "New", on == "fmt" && name == "Errorf", name == "Tell", name == "tell":
		r.fault(n.Args[0])
	case name == "finding" && len(n.Args) == 5: // of package doctor: what is wrong, and what to do
		r.fault(n.Args[3])
		r.fault(n.Args[4])
	case slices.Contains(logging, name) && (strings.EqualFold(on, "log") || on == "slog"):
		r.mark(n.Args...)
	case (on == "os" || on == "") && strings.EqualFold(name, "getenv"), on == "os" && name == "LookupEnv",
		strings.HasPrefix(name, "Call"), name == "call", on == "dbus", // names on D-Bus
		name == "Format", name == "MustParse", name == "Set", on == "Header":
		r.mark(n.Args...)
	}
}

// passesOn reports whether a function is called like Say: with an id and pairs.
func passesOn(n *ast.CallExpr) bool {
	if len(n.Args) < 3 || len(n.Args)%2 == 0 {
		return false
	}
	first, ok := stringOf(n.Args[0])
	for i := 1; i < len(n.Args); i += 2 {
		_, written := stringOf(n.Args[i])
		ok = ok && written
	}
	return ok && id.MatchString(first)
}

// callee is the name of a called function and what stands before its dot.
func callee(n *ast.CallExpr) (on, name string) {
	switch f := n.Fun.(type) {
	case *ast.Ident:
		return "", f.Name
	case *ast.SelectorExpr:
		switch x := f.X.(type) {
		case *ast.Ident:
			on = x.Name
		case *ast.SelectorExpr:
			on = x.Sel.Name
		}
		return on, f.Sel.Name
	}
	return "", ""
}

// mark notes that these expressions are no text for people.
func (r *sourceReader) mark(list ...ast.Expr) {
	for _, e := range list {
		ast.Inspect(e, func(n ast.Node) bool {
			_, inside := n.(*ast.CallExpr)
			return r.markLiteral(n) && (!inside || n == e)
		})
	}
}

func (r *sourceReader) markLiteral(n ast.Node) bool {
	if lit, ok := n.(*ast.BasicLit); ok {
		r.other[lit] = true
	}
	return true
}

// fault notes the text of an error: it is translated where it is shown.
func (r *sourceReader) fault(e ast.Expr) {
	r.mark(e)
	r.errors = append(r.errors, literal{r.at(e), format(e)})
}

// returned notes what an Error method returns.
func (r *sourceReader) returned(n ast.Node) bool {
	if ret, ok := n.(*ast.ReturnStmt); ok && len(ret.Results) == 1 {
		r.errors = append(r.errors, literal{r.at(ret), format(ret.Results[0])})
	}
	return true
}

// format is a text that is put together, with a verb for what is not written down.
func format(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return format(e.X) + format(e.Y)
	case *ast.CallExpr:
		if on, name := callee(e); on == "fmt" && name == "Sprintf" {
			return format(e.Args[0])
		}
	case *ast.BasicLit:
		if text, ok := stringOf(e); ok {
			return text
		}
	}
	return "%v"
}

// say notes a call that says a message.
func (r *sourceReader) say(n *ast.CallExpr, count bool) {
	if len(n.Args) == 0 {
		return
	}
	pairs := n.Args[1:]
	if count && len(pairs) > 0 {
		pairs = pairs[1:]
	}
	s := saying{at: r.at(n), count: count}
	for i := 0; i < len(pairs); i += 2 {
		r.mark(pairs[i])
		if name, ok := stringOf(pairs[i]); ok {
			s.names = append(s.names, name)
		}
	}
	id, ok := stringOf(n.Args[0])
	if s.id = id; ok && !n.Ellipsis.IsValid() {
		r.says = append(r.says, s)
	}
}

// stringOf is a string that is written down, in one piece or in several.
func stringOf(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		x, okX := stringOf(e.X)
		y, okY := stringOf(e.Y)
		return x + y, okX && okY && e.Op == token.ADD
	}
	return "", false
}

// wrongCalls are the calls that say a message there is not, or say it wrong.
func (s goSource) wrongCalls(english catalogue) (found []string) {
	for _, call := range s.says {
		m := english[call.id]
		if m == nil {
			found = append(found, fmt.Sprintf("%s: there is no message %q", call.at, call.id))
			continue
		}
		names := slices.Clone(call.names)
		if call.count {
			names = append(names, "Count")
		}
		slices.Sort(names)
		if want := placeholders(m.Other); !slices.Equal(names, want) {
			found = append(found, fmt.Sprintf("%s: %s has the placeholders %q, not %q", call.at, call.id, want, names))
		}
	}
	return found
}
