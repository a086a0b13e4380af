package lang

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/text/language"

	"rekey/internal/fault"
)

// Error says what went wrong, as the rest of a sentence: "the sign-in was
// cancelled". A fault is translated by its code. What another program or the
// system has said, and what other code has added around it, stays as it is.
func (p Printer) Error(err error) string {
	var coded fault.Coded
	if !errors.As(err, &coded) {
		return err.Error()
	}
	return strings.Replace(err.Error(), coded.Error(), p.coded(coded), 1)
}

// coded is a fault in p's language, or in English where that has no message for
// its code: the process that it comes from may be newer.
func (p Printer) coded(f fault.Coded) string {
	if p.tag == language.English {
		return f.Error()
	}
	args := f.FaultArgs()
	pairs := make([]string, len(args))
	for i, arg := range args {
		if cause, ok := arg.(error); ok {
			pairs[i] = p.Error(cause)
		} else {
			pairs[i] = fmt.Sprint(arg)
		}
	}
	if said, ok := p.Lookup("fault."+f.FaultCode(), pairs...); ok {
		return said
	}
	return f.Error()
}
