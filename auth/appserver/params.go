package appserver

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
)

// readParams is exactly, with the error for the answer.
func readParams[P any](raw json.RawMessage, p *P) error {
	var wrong *json.UnmarshalTypeError
	switch err := exactly(raw, p); {
	case errors.Is(err, errList):
		return err
	case errors.As(err, &wrong):
		return invalid("Invalid request: invalid type: %s for `%s`, expected %s", wrong.Value, wrong.Field, expected(wrong.Type))
	case err != nil:
		return invalid("Invalid request: not valid")
	}
	return nil
}

// expected is a type in the words of JSON.
func expected(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return expected(t.Elem())
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "a boolean"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Slice, reflect.Array:
		return "a list"
	}
	return "a number"
}

// exactly is json.Unmarshal for a structure, as strict as Codex: members whose names
// differ from its own in case are ignored, and only what may be missing may be null.
func exactly[P any](raw json.RawMessage, p *P) error {
	members, err := given[P](raw)
	if err != nil {
		return err
	}
	named := make(map[string]json.RawMessage)
	for field := range reflect.TypeFor[P]().Fields() {
		name := memberName(field)
		member, given := members[name]
		if string(member) == "null" && field.Type.Kind() != reflect.Pointer {
			return &json.UnmarshalTypeError{Value: "null", Field: name, Type: field.Type}
		}
		if given {
			named[name] = member
		}
	}
	raw, err = json.Marshal(named)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, p)
}

// given returns the members of an object. A list may stand for it, as for Codex:
// their values in the order of P's fields, whole but for a last one that has a
// default.
func given[P any](raw json.RawMessage) (members map[string]json.RawMessage, err error) {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return members, json.Unmarshal(raw, &members)
	}
	members = make(map[string]json.RawMessage)
	for field := range reflect.TypeFor[P]().Fields() {
		switch {
		case len(list) > 0:
			members[memberName(field)], list = list[0], list[1:]
		case field.Type.Kind() == reflect.Pointer:
			return nil, errList
		}
	}
	if len(list) > 0 {
		return nil, errList
	}
	return members, nil
}

// errList is a list that cannot stand for an object.
var errList = invalid("Invalid request: params must be an object")

// memberName is the name of a structure's field in JSON.
func memberName(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}
