package appserver

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"time"

	"rekey/auth"
	"rekey/internal/fault"
)

// Limits bound what one connection can cost the others. The zero value bounds
// only the length of a line; it is for the program that started this one.
type Limits struct {
	// Introduce is how long a client may take until initialize is answered.
	Introduce time.Duration
	// Line is how long a line may take from first to last byte.
	Line time.Duration
	// Write is how long the client may take to read one line.
	Write time.Duration
	// InFlight is how many requests may be under way. Others wait.
	InFlight int
}

// The maximum lengths of lines, in bytes. A longer line ends the connection.
const (
	maxLine       = 32 << 20 // without limits
	maxClientLine = 1 << 20  // with them; no method needs more
	maxHelloLine  = 64 << 10 // with them, until initialize has been answered
)

// Why the server ends a connection.
var (
	ErrLineTooLong    = errors.New("a line is too long")
	ErrLineUnfinished = errors.New("a line was not finished in time")
	ErrNotIntroduced  = errors.New("the client did not introduce itself in time")
	ErrNotRead        = errors.New("the client does not read its messages")
	// ErrFull means that there are too many clients already.
	ErrFull = fault.New("full", "Rekey already serves as many clients as it can")
	// ErrOtherUser refuses a peer that belongs to another user.
	ErrOtherUser = fault.New("other_user", "the other side of the socket belongs to another user")
)

// Refuse tells a client why it is not served and hangs up. It takes at most a second.
func Refuse(nc net.Conn, why error) {
	w := newWire(context.Background(), nc, Limits{Write: time.Second})
	data, _ := json.Marshal(refusalData{Kind: kindOther, Cause: auth.CauseOf(why)}) // texts: cannot fail
	_ = w.write(outgoing{ID: json.RawMessage("null"), Error: &rpcError{Code: codeRefused, Message: why.Error(), Data: data}})
	w.hangUp(nil)
}
