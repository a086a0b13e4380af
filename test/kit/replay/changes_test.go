package replay

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rekey/test/kit/must"
)

// recording is a case of the recordings as it stands there.
func recording(t *testing.T, file, name string) json.RawMessage {
	t.Helper()
	text := must.Get(os.ReadFile("../../../auth/appserver/testdata/vectors/" + file + ".json"))(t)
	var all []json.RawMessage
	must.Do(t, json.Unmarshal(text, &all))
	for _, raw := range all {
		if caseOf(t, string(raw)).Name == name {
			return raw
		}
	}
	t.Fatalf("no case %s in %s", name, file)
	return nil
}

// changed returns a tree with one value changed, for each that is compared, by its
// path: the names and places above it.
func changed(v any, path string) (all map[string]any) {
	all = map[string]any{}
	below := func(name string, v any, put func(any) any) {
		for place, other := range changed(v, path+"/"+name) {
			all[place] = put(other)
		}
	}
	switch v := v.(type) {
	case map[string]any:
		for is, other := range map[string]string{"expect_result": "expect_error", "expect_error": "expect_result"} {
			if _, ok := v[is]; ok {
				copied := maps.Clone(v)
				delete(copied, is)
				copied[other] = json.RawMessage("{}")
				all[path+"/"+is] = copied
			}
		}
		for name, item := range v {
			below(name, item, func(other any) any {
				copied := maps.Clone(v)
				copied[name] = other
				return copied
			})
		}
		all[path] = true
	case []any:
		for i, item := range v {
			below(strconv.Itoa(i), item, func(other any) any {
				copied := slices.Clone(v)
				copied[i] = other
				return copied
			})
		}
		all[path] = true
	case json.Number:
		all[path] = json.Number("1" + strings.TrimPrefix(v.String(), "-"))
	case string:
		all[path] = v + "1"
		body, _ := members(v) // of a request
		for _, name := range []string{"client_id", "grant_type", "refresh_token"} {
			if value, ok := body[name].(string); ok {
				all[path+"/"+name] = strings.Replace(v, compact(value), `"another"`, 1)
			}
		}
	case bool:
		all[path] = !v
	default:
		all[path] = true // null is the same as absent
	}
	if !compared(path) {
		delete(all, path)
	}
	return all
}

// sparse is a tree without what is null, which is the same as absent.
func sparse(v any) any {
	object, ok := v.(map[string]any)
	if !ok {
		return v
	}
	object = withoutNulls(object)
	for name, item := range object {
		object[name] = sparse(item)
	}
	return object
}

// compared reports whether a recording says there what is to be observed.
func compared(path string) bool {
	for _, begin := range []string{"/after/kind", "/after/mode", "/after/unchanged", "/after/auth_json/"} {
		if strings.HasPrefix(path, begin) {
			return true
		}
	}
	return strings.HasPrefix(path, "/authority_requests/") && strings.HasSuffix(path, "/method") ||
		strings.Contains(path, "/expect_result/") || strings.HasSuffix(path, "/expect_authority_requests_so_far")
}

// TestEveryChangeIsFound plays recordings with the real program, which does as
// recorded, and changes what is expected, value by value: each time that is one
// difference, and Record puts it right without touching anything else.
func TestEveryChangeIsFound(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ file, name string }{
		{"persist", "format/usual"}, {"persist", "symlink/relative"}, {"persist", "lock/auth.lock-held-2s"},
		{"get_auth_status", "healthy/refresh-concurrent-4"}, {"rate_limits", "plan/plus"}, {"rate_limits", "plan/null"}, {"rate_limits", "reset-credits/one"},
		{"near_expiry", "adopted-later/exp-in-60s"},
	} {
		t.Run(tt.file+":"+tt.name, func(t *testing.T) {
			t.Parallel()
			raw, o := recording(t, tt.file, tt.name), rekey(t)
			o.Quiet, o.QuietStart = defaultQuiet, defaultQuiet
			c := caseOf(t, string(raw))
			seen := must.Get(observe(t.Context(), c, o))(t)
			if bad := compare(c, seen, false); len(bad) > 0 {
				t.Fatalf("the program does otherwise than recorded:\n%s", strings.Join(bad, "\n"))
			}
			if bad := compare(c, observation{}, false); len(bad) != 1 {
				t.Errorf("nothing was played, and the differences are %q", bad)
			}
			tree := must.Get(decodeValue(raw))(t)
			if bad := compare(caseOf(t, compact(sparse(tree))), seen, false); len(bad) > 0 {
				t.Errorf("without what is null the differences are %q", bad)
			}
			changes := changed(tree, "")
			if len(changes) < 6 {
				t.Fatalf("only %d changes", len(changes))
			}
			for place, other := range changes {
				if bad := compare(caseOf(t, compact(other)), seen, false); len(bad) != 1 {
					t.Errorf("%s is changed, and the differences are %q", place, bad)
				}
				fresh := must.Get(recorded(quote(other), "a version", seen))(t)
				if bad := compare(caseOf(t, string(fresh)), seen, false); len(bad) > 0 {
					t.Errorf("%s is changed and recorded anew, and the differences are %q", place, bad)
				}
			}
		})
	}
}
