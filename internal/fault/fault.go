// Package fault is for errors that a person can act on: each has a code, and
// the faces say it in the reader's language by that code (ui/words). An error
// without one is said in English as it is, as in git. Nothing is found out by
// reading an error's text.
//
// The English stands in the code, where the error is made. The catalogues of
// the other languages (assets/translations) have it as the message
// "fault.CODE", with the same placeholders; a test of the whole compares them.
// The package touches nothing.
package fault

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Coded is an error with a code. Packages with typed errors of their own
// implement it on these; for all others there is New.
type Coded interface {
	error
	// FaultCode is the stable name of what went wrong, "ports_busy".
	FaultCode() string
	// FaultArgs are the placeholders of the message in turn with their values,
	// which are texts, or errors that are translated themselves.
	FaultArgs() []any
}

// Fault is a Coded error. It is immutable and safe for concurrent use. One can be
// a sentinel: errors.Is compares codes, so that it is found with whatever
// arguments, and also when another process has encoded it.
type Fault struct {
	code, text string
	args       []any
}

// New is a fault. text is its English, one sentence without capital and full
// stop, with {{.Name}} for each placeholder; args are the placeholders in turn
// with their values. An error among the values is wrapped.
func New(code, text string, args ...any) *Fault { return &Fault{code, text, args} }

// Error is the English.
func (f *Fault) Error() string {
	pairs := make([]string, 0, len(f.args))
	for i := 0; i+1 < len(f.args); i += 2 {
		pairs = append(pairs, fmt.Sprintf("{{.%v}}", f.args[i]), fmt.Sprint(f.args[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(f.text)
}

// With is f with these arguments, for a fault whose placeholders are not known
// where it is made.
func (f *Fault) With(args ...any) *Fault { return New(f.code, f.text, args...) }

// Is implements errors.Is.
func (f *Fault) Is(target error) bool {
	t, ok := target.(*Fault)
	return ok && t.code == f.code
}

// Unwrap returns the errors among the arguments.
func (f *Fault) Unwrap() (wrapped []error) {
	for _, arg := range f.args {
		if err, ok := arg.(error); ok {
			wrapped = append(wrapped, err)
		}
	}
	return wrapped
}

// FaultCode implements Coded.
func (f *Fault) FaultCode() string { return f.code }

// FaultArgs implements Coded.
func (f *Fault) FaultArgs() []any { return f.args }

// form is a fault as other processes are told it: its code and arguments, and
// the English for those that do not know the code.
type form struct {
	Code string          `json:"code,omitempty"`
	Text string          `json:"text"`
	Args map[string]form `json:"args,omitempty"`
}

// Encode is err for another process: see Decode. It holds what err.Error()
// holds, and no more.
func Encode(err error) json.RawMessage {
	text, _ := json.Marshal(formOf(err)) // texts only: cannot fail
	return text
}

func formOf(err error) form {
	f := form{Text: err.Error()}
	var coded Coded
	if !errors.As(err, &coded) || coded.Error() != f.Text {
		return f
	}
	f.Code = coded.FaultCode()
	args := coded.FaultArgs()
	for i := 0; i+1 < len(args); i += 2 {
		if f.Args == nil {
			f.Args = make(map[string]form)
		}
		if cause, ok := args[i+1].(error); ok {
			f.Args[fmt.Sprint(args[i])] = formOf(cause)
		} else {
			f.Args[fmt.Sprint(args[i])] = form{Text: fmt.Sprint(args[i+1])}
		}
	}
	return f
}

// Decode is the error that another process has encoded, nil if it is none.
func Decode(text json.RawMessage) error {
	var f form
	if json.Unmarshal(text, &f) != nil || f.Text == "" {
		return nil
	}
	return f.error()
}

func (f form) error() error {
	if f.Code == "" {
		return errors.New(f.Text)
	}
	decoded := &Fault{code: f.Code, text: f.Text}
	for name, arg := range f.Args {
		decoded.args = append(decoded.args, name, arg.error())
	}
	return decoded
}
