package appserver

import (
	"cmp"
	"encoding/json"
	"errors"
	"time"

	"rekey/auth"
)

// The kinds of failure that the client can distinguish.
const (
	kindSignedOut  = "signedOut"
	kindUnreadable = "unreadable"
	kindNoToken    = "noAccessToken"
	kindShortLived = "shortLived"
	kindSchema     = "schema"
	kindOther      = "other"
)

// failure encodes an error of the Manager for the wire; nil stays nil.
func failure(err error) error {
	if err == nil {
		return nil
	}
	data := refusalData{CannotSave: errors.Is(err, auth.ErrCannotSave)}
	var refused *auth.RefreshError
	var unreadable *auth.UnreadableError
	var short *auth.ShortLivedError
	var schema *SchemaError
	switch {
	case errors.As(err, &schema):
		data.Kind, data.Agent = kindSchema, &program{Version: schema.Version, Schema: spoken()}
	case errors.As(err, &refused):
		data.Permanent, data.Reason = refused.Permanent, refused.Reason
		data.Status, data.Code, data.AnswerLost = refused.Status, refused.Code, refused.AnswerLost
		data.Page, data.NotBefore, data.Cause = refused.Page, refused.NotBefore, auth.CauseOf(refused.Err)
	case errors.As(err, &unreadable):
		data.Kind, data.Where, data.What = kindUnreadable, unreadable.Where, unreadable.What.Error()
		data.Cause = auth.CauseOf(unreadable.What)
	case errors.As(err, &short):
		data.Kind, data.LeftSeconds, data.WantedSeconds = kindShortLived, short.Left.Seconds(), short.Wanted.Seconds()
	case errors.Is(err, auth.ErrNoCredential):
		data.Kind = kindSignedOut
	case errors.Is(err, auth.ErrNoAccessToken):
		data.Kind = kindNoToken
	default:
		data.Kind, data.Cause = kindOther, auth.CauseOf(err)
	}
	encoded, _ := json.Marshal(data) // strings and numbers cannot fail
	return &rpcError{Code: codeInternal, Message: err.Error(), Data: encoded}
}

// remoteError decodes an error that failure has encoded.
func remoteError(e *rpcError) error {
	var data refusalData
	if len(e.Data) == 0 || json.Unmarshal(e.Data, &data) != nil {
		return errors.New(e.Message)
	}
	switch data.Kind {
	case kindSignedOut:
		return auth.ErrNoCredential
	case kindNoToken:
		return auth.ErrNoAccessToken
	case kindShortLived:
		return &auth.ShortLivedError{Left: seconds(data.LeftSeconds), Wanted: seconds(data.WantedSeconds)}
	case kindSchema:
		if data.Agent != nil {
			return &SchemaError{Version: data.Agent.Version, Newer: data.Agent.Schema.Newest > spoken().Newest}
		}
	case kindUnreadable:
		return &auth.UnreadableError{Where: data.Where, What: cmp.Or(data.Cause.Err(), errors.New(data.What))}
	}
	cause := data.Cause.Err()
	if cause == nil && (data.CannotSave || data.Kind == kindOther) {
		cause = errors.New(e.Message)
	}
	switch {
	case data.CannotSave:
		return notSaved{cause}
	case data.Kind == kindOther:
		return cause
	}
	return &auth.RefreshError{
		Permanent: data.Permanent, Reason: data.Reason, Status: data.Status, Code: data.Code,
		Page: data.Page, AnswerLost: data.AnswerLost, NotBefore: data.NotBefore, Err: cause,
	}
}

// notSaved is an auth.ErrCannotSave from the agent.
type notSaved struct{ error }

// Is implements errors.Is.
func (notSaved) Is(target error) bool { return target == auth.ErrCannotSave }

// Unwrap returns the agent's error.
func (e notSaved) Unwrap() error { return e.error }

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
