// Package fault is for errors that a person can act on: each has a code, by
// which the faces translate it (ui/words). An error without a code is shown in
// English as it is, as in git. Nothing parses an error's text.
//
// The English text is in the code where the error is made. The catalogues of
// the other languages (assets/translations) have it as the message
// "fault.CODE", with the same placeholders; a test compares them. The package
// touches nothing.
package fault

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Coded is an error with a code. Packages implement it on their typed errors;
// for all other errors there is New.
type Coded interface {
	error
	// AsFault returns the error as a Fault.
	AsFault() *Fault
}

// Fault is a Coded error. It is immutable and safe for concurrent use. It can
// be a sentinel: errors.Is compares only codes, so it matches whatever the
// arguments, and also after another process has encoded it.
type Fault struct {
	code, text string
	args       []any
}

// New returns a Fault. text is the English text, one sentence without capital
// and full stop, with {{.Name}} for each placeholder; args are the
// placeholders, each followed by its value. Errors among the values are
// wrapped.
func New(code, text string, args ...any) *Fault { return &Fault{code, text, args} }

// Error returns the English text.
func (f *Fault) Error() string {
	pairs := make([]string, 0, len(f.args))
	for i := 0; i+1 < len(f.args); i += 2 {
		pairs = append(pairs, fmt.Sprintf("{{.%v}}", f.args[i]), fmt.Sprint(f.args[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(f.text)
}

// With returns f with these arguments, for a fault whose values are not known
// where it is declared.
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

// AsFault implements Coded.
func (f *Fault) AsFault() *Fault { return f }

// Code is the stable name of what went wrong, for example "ports_busy".
func (f *Fault) Code() string { return f.code }

// Args are the placeholders of the message, each followed by its value: a
// string, or an error that is translated too.
func (f *Fault) Args() []any { return f.args }

// form is a fault for other processes: its code and arguments, and the English
// text for those that do not know the code.
type form struct {
	Code string          `json:"code,omitempty"`
	Text string          `json:"text"`
	Args map[string]form `json:"args,omitempty"`
}

// Encode encodes err for another process: see Decode. It holds no more than
// err.Error() does.
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
	f.Code = coded.AsFault().code
	args := coded.AsFault().args
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

// Decode returns the error that another process has encoded, nil if text is not
// one.
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
