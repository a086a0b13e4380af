package rules_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rekey/test/kit/must"
)

// sources are what the Go files of the programs say.
type sources struct {
	literals map[string]bool // all strings
	says     []saying        // calls of Say, Count and the like with the id written down
	faults   []saying        // calls of fault.New
}

// saying names a message or a fault.
type saying struct {
	at, id string
	names  []string // of its placeholders, sorted; nil where they are not written down
}

// readSources reads all Go files but tests and what only tests use.
func readSources(t *testing.T) sources {
	t.Helper()
	s := sources{literals: map[string]bool{}}
	for _, name := range projectFiles(t) {
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "test/") {
			continue
		}
		files := token.NewFileSet()
		file := must.Get(parser.ParseFile(files, name, nil, parser.SkipObjectResolution))(t)
		tables := tablesOf(file)
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if text, ok := stringOf(n); ok {
					s.literals[text] = true
				}
			case *ast.CallExpr:
				s.call(files.Position(n.Pos()).String(), n, tables)
			}
			return true
		})
	}
	if len(s.says) == 0 || len(s.faults) == 0 {
		t.Fatal("nothing is said")
	}
	return s
}

// call notes a call that says a message or makes a fault.
func (s *sources) call(at string, n *ast.CallExpr, tables map[string][]string) {
	f, ok := n.Fun.(*ast.SelectorExpr)
	if !ok || len(n.Args) == 0 || n.Ellipsis.IsValid() {
		return
	}
	on, _ := f.X.(*ast.Ident)
	for _, id := range idsOf(n.Args[0], tables) {
		switch {
		case f.Sel.Name == "Say":
			s.says = append(s.says, saying{at, id, names(n.Args[1:])})
		case f.Sel.Name == "Count":
			s.says = append(s.says, saying{at, id, slices.Sorted(slices.Values(append(names(n.Args[2:]), "Count")))})
		case f.Sel.Name == "New" && on != nil && on.Name == "fault":
			text, _ := stringOf(n.Args[1])
			s.faults = append(s.faults, saying{at, id, placeholders(text)})
		}
	}
}

// idsOf are the strings that an expression can be: one that is written down, those
// of a table, or either, by cmp.Or.
func idsOf(e ast.Expr, tables map[string][]string) (ids []string) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if id, ok := stringOf(e); ok {
			ids = []string{id}
		}
	case *ast.IndexExpr:
		if table, ok := e.X.(*ast.Ident); ok {
			ids = tables[table.Name]
		}
	case *ast.CallExpr:
		if f, ok := e.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Or" {
			for _, arg := range e.Args {
				ids = append(ids, idsOf(arg, tables)...)
			}
		}
	}
	return ids
}

// tablesOf are the strings in a file's tables, maps and lists, by their names.
func tablesOf(file *ast.File) map[string][]string {
	tables := map[string][]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || len(v.Values) != 1 {
			return true
		}
		if list, ok := v.Values[0].(*ast.CompositeLit); ok {
			for _, e := range list.Elts {
				if pair, ok := e.(*ast.KeyValueExpr); ok {
					e = pair.Value
				}
				if text, ok := stringOf(e); ok {
					tables[v.Names[0].Name] = append(tables[v.Names[0].Name], text)
				}
			}
		}
		return true
	})
	return tables
}

// names are the texts at every second place.
func names(args []ast.Expr) []string {
	list := []string{}
	for i := 0; i < len(args); i += 2 {
		if name, ok := stringOf(args[i]); ok {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func stringOf(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}
