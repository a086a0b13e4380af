package config

import "rekey/internal/fault"

// Code is the kind of a Problem. The values are stable.
type Code string

// The codes.
const (
	// CodeUnreadable: the file exists and cannot be read.
	CodeUnreadable Code = "unreadable"
	// CodeSyntax: a line is not TOML.
	CodeSyntax Code = "syntax"
	// CodeUnknownKey: there is no such key.
	CodeUnknownKey Code = "unknown_key"
	// CodeUnknownTable: there are no tables in this file.
	CodeUnknownTable Code = "unknown_table"
	// CodeRepeated: the key is already set; the first setting counts.
	CodeRepeated Code = "repeated"
	// CodeBadValue: the value is invalid for this key.
	CodeBadValue Code = "bad_value"
)

// Problem is something invalid in the configuration. The setting that it is
// about keeps its previous value or its default; everything else is used.
type Problem struct {
	// Path is the file, "" for the environment.
	Path string
	// Line is the line, from 1; 0 when it is about the whole file.
	Line int
	Code Code
	// Key is the key, the table or the variable, "" for none.
	Key string
	// Value is the value of a CodeBadValue, shortened for display.
	Value string
	// What says what is wrong, and what to do about it.
	What error
}

// Error implements error: one sentence that begins with file and line.
func (p *Problem) Error() string { return p.AsFault().Error() }

// AsFault implements fault.Coded.
func (p *Problem) AsFault() *fault.Fault {
	switch {
	case p.Path == "":
		return fault.New("setting", "{{.What}}", "What", p.What)
	case p.Line == 0:
		return fault.New("config_file", "{{.Where}}: {{.What}}", "Where", p.Path, "What", p.What)
	}
	return fault.New("setting_line", "{{.Where}}:{{.Line}}: {{.What}}", "Where", p.Path, "Line", p.Line, "What", p.What)
}

// Unwrap returns what is wrong.
func (p *Problem) Unwrap() error { return p.What }

// badValue says what a value should be.
func badValue(key, value string, use error) error {
	return fault.New("setting_value", "{{.Key}} is {{.Value}}; use {{.What}}", "Key", key, "Value", value, "What", use)
}

// unknownKey says which key was probably meant.
func unknownKey(name string) error {
	return fault.New("setting_unknown", "{{.Key}} is not a setting of Rekey; {{.Advice}}", "Key", name, "Advice", suggestion(name))
}

// SaveError says why a change could not be written. Nothing has been changed.
type SaveError struct {
	// Path is the file.
	Path string
	// What is the reason, one clause.
	What error
}

// Error implements error.
func (e *SaveError) Error() string { return e.AsFault().Error() }

// Unwrap returns the reason.
func (e *SaveError) Unwrap() error { return e.What }

// AsFault implements fault.Coded.
func (e *SaveError) AsFault() *fault.Fault {
	return fault.New("setting_unsaved", "{{.Where}} cannot be saved: {{.Why}}", "Where", e.Path, "Why", e.What)
}
