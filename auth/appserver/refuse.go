package appserver

import (
	"errors"
	"net"
	"time"
)

// ErrFull refuses a client for which there is no room.
var ErrFull = errors.New("the agent has as many clients already as it serves at a time")

// codeRefused is the code of an error that ends a connection before anything
// was asked. The standard leaves it to the server.
const codeRefused = -32000

// refusing is how long a client that is refused may take to read why.
const refusing = time.Second

// Refuse tells a client why it is not served, and hangs up.
func Refuse(nc net.Conn, why error) {
	w := newWire(nc, Limits{Write: refusing})
	_ = w.answer(newProblem(nil, codeRefused, why.Error())) // it is gone either way
	_ = w.Close()
}
