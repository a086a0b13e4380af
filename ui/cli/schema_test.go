package cli_test

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
	"rekey/ui/cli"
	"rekey/usage"
)

// The documented schemas.
const (
	schemaPath      = "../../docs/status.schema.json"
	usageSchemaPath = "../../docs/usage.schema.json"
)

// compiled is a documented schema, which checks formats as well.
func compiled(t *testing.T, path string) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema := must.Get(compiler.Compile(path))(t)
	return schema
}

// reasons are all that a refusal may name.
var reasons = []auth.Reason{
	auth.ReasonExpired, auth.ReasonReused, auth.ReasonRevoked, auth.ReasonInvalidGrant, auth.ReasonUnauthorized, auth.ReasonAccountChanged, auth.ReasonCopied,
}

// statesOfAllKinds are a likely State for each status, and one with everything
// in it for each method and reason.
func statesOfAllKinds(t *testing.T) (list []auth.State) {
	t.Helper()
	for _, status := range auth.Statuses() {
		list = append(list, kit.State(status, noon))
	}
	for _, method := range auth.SignInMethods() {
		for _, reason := range reasons {
			s := full(t)
			s.Status, s.Refreshable, s.Refused, s.SignInMethod = auth.StatusExpiring, auth.RefreshableNo, reason, method
			s.SignIn = auth.SignInProgress{Method: method, Page: "https://example.com/", UserCode: "ABCD-1234", Until: noon, Other: "grace@example.com"}
			list = append(list, s)
		}
	}
	return list
}

// What status and watch print is what the schema says, for every State.
func TestStatusFitsItsSchema(t *testing.T) {
	schema := compiled(t, schemaPath)
	for _, state := range statesOfAllKinds(t) {
		p := newTerminal()
		p.Status = func(context.Context, string) (cli.Report, error) {
			return cli.Report{Home: home, State: state, Usage: used()}, nil
		}
		p.Run(t.Context(), []string{"status", "--json"})
		printed := must.Get(jsonschema.UnmarshalJSON(&p.out))(t)
		if err := schema.Validate(printed); err != nil {
			t.Errorf("%s: %v", state.Status, err)
		}
		whole := printed.(map[string]any)
		for name, wrong := range map[string]any{"schema": json.Number("2"), "at": "noon", "more": true, "state": map[string]any{}} {
			before, had := whole[name]
			whole[name] = wrong
			if schema.Validate(printed) == nil {
				t.Errorf("the schema allows %s to be %v", name, wrong)
			}
			if whole[name] = before; !had {
				delete(whole, name)
			}
		}
	}
}

// node is a part of a schema.
type node struct {
	Properties map[string]node
	Items      *node
	Enum       []string
}

func readSchema(t *testing.T, path string) (schema node) {
	t.Helper()
	text := files.Read(t, path)
	if err := json.Unmarshal(text, &schema); err == nil && schema.Properties == nil {
		t.Fatal("the schema describes no members")
	} else if err != nil {
		t.Fatal(err)
	}
	return schema
}

// members wants a schema to name every member of a type, but those left out, and
// no other.
func members(t *testing.T, of reflect.Type, in node, leftOut ...string) {
	t.Helper()
	var names []string
	for i := range of.NumField() {
		name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
		if slices.Contains(leftOut, name) {
			continue
		}
		names = append(names, name)
		if _, ok := in.Properties[name]; !ok {
			t.Errorf("the schema does not name %s of %v", name, of)
		}
	}
	for name := range in.Properties {
		if !slices.Contains(names, name) {
			t.Errorf("the schema names %s, which %v does not have", name, of)
		}
	}
}

// The schema names every member that there is and no other, and every word.
func TestSchemaNamesEverything(t *testing.T) {
	schema := readSchema(t, schemaPath)
	state := schema.Properties["state"]
	members(t, reflect.TypeFor[auth.StateReport](), schema)
	members(t, reflect.TypeFor[auth.State](), state)
	members(t, reflect.TypeFor[auth.SignInProgress](), state.Properties["signIn"])
	words := func(name string, in node, want []string) {
		t.Helper()
		if !slices.Equal(in.Enum, want) {
			t.Errorf("%s may be %q in the schema, and is %q", name, in.Enum, want)
		}
	}
	words("status", state.Properties["status"], texts(auth.Statuses()))
	words("refused", state.Properties["refused"], texts(reasons))
	words("signInMethod", state.Properties["signInMethod"], texts(auth.SignInMethods()))
	words("renewable", state.Properties["renewable"], texts([]auth.Refreshability{auth.RefreshableYes, auth.RefreshableUnknown, auth.RefreshableNo}))

	schema = readSchema(t, usageSchemaPath)
	u := schema.Properties["usage"]
	members(t, reflect.TypeFor[usage.Report](), schema)
	members(t, reflect.TypeFor[usage.Usage](), u, "alerts", "alertsAt")
	members(t, reflect.TypeFor[usage.Window](), *u.Properties["windows"].Items)
	members(t, reflect.TypeFor[usage.Credits](), u.Properties["credits"])
	members(t, reflect.TypeFor[usage.ResetCredits](), u.Properties["resetCredits"])
	members(t, reflect.TypeFor[usage.SpendLimit](), u.Properties["spendLimit"])
	words("problem", u.Properties["problem"], texts(usage.Problems()))
}

func texts[T ~string](list []T) (words []string) {
	for _, w := range list {
		words = append(words, string(w))
	}
	return words
}
