package config

import (
	"fmt"
	"strings"
)

// Code says what kind of Problem one is. The values are stable.
type Code string

// The codes.
const (
	// CodeUnreadable: the file is there and cannot be read.
	CodeUnreadable Code = "unreadable"
	// CodeSyntax: a line is not TOML.
	CodeSyntax Code = "syntax"
	// CodeUnknownKey: no such key is known.
	CodeUnknownKey Code = "unknown_key"
	// CodeUnknownTable: there are no tables in this file.
	CodeUnknownTable Code = "unknown_table"
	// CodeRepeated: the key is set already; the first setting holds.
	CodeRepeated Code = "repeated"
	// CodeBadValue: the value is none that this key can have.
	CodeBadValue Code = "bad_value"
)

// Problem is something in the configuration that cannot be used. What it is about
// stays as it was, or keeps its default; everything else holds.
type Problem struct {
	// Path is the file, "" for the environment.
	Path string
	// Line is the line, from 1; 0 when it is about the whole file.
	Line int
	Code Code
	// Key is the key, the table or the variable, "" when it is about none.
	Key string
	// Value is the value of a CodeBadValue, as far as one can show it.
	Value string
	// What is wrong, and what to Do about it: one clause each.
	What, Do string
	// Err is the cause below, may be nil. It is not part of the text.
	Err error
}

// Error implements error: one sentence that begins with file and line.
func (p *Problem) Error() string {
	text := p.What + "; " + p.Do
	if p.Code == CodeBadValue && p.Value != "" {
		text = fmt.Sprintf("%s is %s; use %s", p.Key, p.Value, strings.TrimPrefix(p.Do, "use "))
	}
	switch {
	case p.Path == "":
		return text
	case p.Line == 0:
		return p.Path + ": " + text
	}
	return fmt.Sprintf("%s:%d: %s", p.Path, p.Line, text)
}

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Err }

// SaveError says why a change could not be written. Nothing has been changed.
type SaveError struct {
	// Path is the file.
	Path string
	// What stands in the way, one clause.
	What string
	// Err is the cause below, may be nil.
	Err error
}

// Error implements error.
func (e *SaveError) Error() string {
	return fmt.Sprintf("%s cannot be saved: %s", e.Path, e.What)
}

// Unwrap returns the cause.
func (e *SaveError) Unwrap() error { return e.Err }
