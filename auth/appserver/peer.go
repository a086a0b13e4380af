package appserver

import "rekey/internal/fault"

// ErrOtherUser refuses a peer that belongs to another user.
var ErrOtherUser = fault.New("other_user", "the other side of the socket belongs to another user")
