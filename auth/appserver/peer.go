package appserver

import "errors"

// ErrOtherUser refuses a peer that belongs to another user.
var ErrOtherUser = errors.New("the other side of the socket belongs to another user")
