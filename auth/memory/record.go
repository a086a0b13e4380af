package memory

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"encoding/json"
	"errors"
	"time"

	"rekey/auth"
	"rekey/internal/fault"
)

// EscrowKey returns the key that seals an answer in the escrow, creating it if
// create is set. For users who chose the keyring no token may be stored in a
// plain file: the key is then a keyring item, and the file, which is needed to
// reserve space, holds only sealed data.
//
// No key and no error means, with create, that answers are not sealed because
// the credentials themselves are in a plain file; without create, that there is
// no key (any more). Errors may be temporary, such as a locked keyring. It is
// bounded in time.
type EscrowKey func(create bool) ([]byte, error)

var (
	// errAnswerLost means that there is an answer that can never be read.
	errAnswerLost = fault.New("answer_unsealed", "the answer cannot be unsealed")
	// errNotSealing may be temporary: the configuration may name the keyring
	// again.
	errNotSealing = fault.New("answer_sealed", "the answer is sealed by a keyring that is not in use now")
)

// sealPatience is how long an answer that cannot be unsealed for now blocks
// others. After that Rekey no longer waits for the keyring.
const sealPatience = 7 * 24 * time.Hour

// SealWith sets the source of the escrow's key, nil for none.
func (s *Memory) SealWith(key EscrowKey) {
	s.escrow.Lock()
	defer s.escrow.Unlock()
	s.sealKey, s.reserved = key, nil
}

// escrowKey is the EscrowKey in use. Callers hold escrow.
func (s *Memory) escrowKey(create bool) ([]byte, error) {
	switch {
	case s.sealKey != nil:
		return s.sealKey(create)
	case create:
		return nil, nil
	}
	return nil, errNotSealing
}

// answerHead is the first line of an answer's record; it holds no token.
type answerHead struct {
	attempt
	Sealed         bool `json:"sealed,omitempty"`
	DropProvenance bool `json:"dropProvenance,omitempty"`
}

// packAnswer makes an answer's record: the head as a line of JSON, then the
// tokens, sealed with AES-256-GCM if there is a key.
func packAnswer(of attempt, answer auth.TokenResponse, key []byte) ([]byte, error) {
	head, err := json.Marshal(answerHead{of, key != nil, answer.DropProvenance})
	if err != nil {
		return nil, err
	}
	head = append(head, '\n')
	var body []byte
	for _, token := range []*auth.Secret{answer.IDToken, answer.AccessToken, answer.RefreshToken} {
		body = appendToken(body, token)
	}
	if key == nil {
		return append(head, body...), nil
	}
	aead, err := sealer(key)
	if err != nil {
		return nil, err
	}
	return aead.Seal(head, nil, body, head), nil
}

// answerAttempt reads the head alone.
func answerAttempt(record []byte) attempt {
	head, _, _ := bytes.Cut(record, []byte("\n"))
	var h answerHead
	_ = json.Unmarshal(head, &h) // its checksum was right
	return h.attempt
}

// unpackAnswer reads what packAnswer made; key is asked only if it is sealed.
func unpackAnswer(record []byte, key EscrowKey) (attempt, *auth.TokenResponse, error) {
	end := bytes.IndexByte(record, '\n') + 1
	head, body := record[:end], record[end:]
	var h answerHead
	if json.Unmarshal(head, &h) != nil {
		return attempt{}, nil, errAnswerLost
	}
	if h.Sealed {
		var err error
		body, err = unseal(body, head, key)
		if err != nil && time.Since(h.At) > sealPatience {
			err = errAnswerLost
		}
		if err != nil {
			return h.attempt, nil, err
		}
	}
	answer := &auth.TokenResponse{DropProvenance: h.DropProvenance}
	for _, field := range []**auth.Secret{&answer.IDToken, &answer.AccessToken, &answer.RefreshToken} {
		token, rest, ok := cutToken(body)
		if !ok {
			return h.attempt, nil, errAnswerLost
		}
		*field, body = token, rest
	}
	return h.attempt, answer, nil
}

// unseal opens a sealed body. The error is errAnswerLost when trying again
// cannot help.
func unseal(body, head []byte, key EscrowKey) ([]byte, error) {
	k, err := key(false)
	switch {
	case err != nil:
		return nil, err
	case k == nil:
		return nil, errAnswerLost
	}
	aead, err := sealer(k)
	if err != nil {
		return nil, errAnswerLost
	}
	if body, err = aead.Open(nil, nil, body, head); err != nil {
		return nil, errAnswerLost
	}
	return body, nil
}

func sealer(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// appendToken writes a token after its length; nil is the length of all ones.
func appendToken(to []byte, token *auth.Secret) []byte {
	if token == nil {
		return binary.BigEndian.AppendUint32(to, ^uint32(0))
	}
	to = binary.BigEndian.AppendUint32(to, uint32(len(token.Reveal())))
	return append(to, token.Reveal()...)
}

// cutToken reads what appendToken wrote.
func cutToken(from []byte) (token *auth.Secret, rest []byte, ok bool) {
	if len(from) < 4 {
		return nil, nil, false
	}
	length, rest := binary.BigEndian.Uint32(from), from[4:]
	if length == ^uint32(0) {
		return nil, rest, true
	}
	if uint64(length) > uint64(len(rest)) {
		return nil, nil, false
	}
	secret := auth.NewSecret(string(rest[:length]))
	return &secret, rest[length:], true
}

// attempt is the payload of the slot's first record.
type attempt struct {
	Redeemed string    `json:"redeemed"`
	At       time.Time `json:"at"`
}

// held is the combined content of the slot's records. If an answer cannot be
// unsealed for now, answer is nil and err is set.
type held struct {
	attempt
	ok     bool
	sent   bool
	answer *auth.TokenResponse
}

// look reads all records. An answer takes precedence over the attempt: the two
// differ only when a power failure interrupted a Clear or a Reserve.
func (s *Memory) look(slot *slot) (held, error) {
	var now held
	payload, err := slot.get(attemptAt)
	if err != nil {
		return held{}, err
	}
	now.ok = payload != nil && json.Unmarshal(payload, &now.attempt) == nil
	payload, err = slot.get(sentAt)
	if err != nil {
		return held{}, err
	}
	now.sent = now.ok && string(payload) == now.Redeemed
	payload, err = slot.get(answerAt)
	if err != nil || payload == nil {
		return now, err
	}
	of, answer, err := unpackAnswer(payload, s.escrowKey)
	if errors.Is(err, errAnswerLost) {
		return held{attempt: of, ok: of.Redeemed != "", sent: true}, nil
	}
	return held{attempt: of, ok: true, sent: true, answer: answer}, err
}
