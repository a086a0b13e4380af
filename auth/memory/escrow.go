package memory

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"io/fs"
	"time"

	"rekey/auth"
	"rekey/internal/fault"
	"rekey/internal/safefile"
)

const escrowFile = "escrow"

// errAnswerHeld means that the slot holds an answer that is not in the store
// yet and must not be overwritten.
var errAnswerHeld = fault.New("answer_held", "the escrow still holds an answer that was not saved")

// Reserve implements auth.Memory. A refresh token that was sent before stays
// marked as sent.
func (s *Memory) Reserve(redeemed string, at time.Time) error {
	s.escrow.Lock()
	defer s.escrow.Unlock()
	if err := s.reserve(redeemed, at); err != nil {
		return s.spoilt(err)
	}
	return nil
}

func (s *Memory) reserve(redeemed string, at time.Time) error {
	slot, err := s.openSlot(true)
	if err != nil {
		return err
	}
	defer slot.close()
	now, err := s.look(slot)
	if err != nil {
		return err
	}
	if now.answer != nil {
		return errAnswerHeld
	}
	if s.reserved, err = s.escrowKey(true); err != nil {
		return err
	}
	if err := slot.reserve(); err != nil {
		s.discardSlot()
		return err
	}
	payload, err := json.Marshal(attempt{redeemed, at.UTC()})
	if err != nil {
		return err
	}
	if now.ok && now.Redeemed != redeemed {
		if err := slot.wipe(sentAt, slotBlock); err != nil {
			return err
		}
	}
	if err := errors.Join(slot.put(attemptAt, payload), slot.sync()); err != nil {
		return err
	}
	return s.disk.SyncDir(s.dir)
}

// Rehearse says why Reserve would find no room, or nil. It changes nothing and
// needs no lock: it takes the room elsewhere in the directory and gives it back.
func (s *Memory) Rehearse() error {
	s.escrow.Lock()
	defer s.escrow.Unlock()
	if err := s.rehearse(); err != nil {
		return safefile.InFolder(s.dir, err)
	}
	return nil
}

func (s *Memory) rehearse() error {
	slot, err := s.openSlot(false)
	if err == nil {
		defer slot.close()
		if has, err := slot.hasRoom(); has || err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	noise := make([]byte, slotSize)
	_, _ = rand.Read(noise) // never fails
	t, err := s.disk.CreateTemp(s.dir, tempPrefix, noise, "")
	if err != nil {
		return err
	}
	t.Discard()
	return nil
}

// Sent implements auth.Memory.
func (s *Memory) Sent(redeemed string) error {
	s.escrow.Lock()
	defer s.escrow.Unlock()
	slot, err := s.openSlot(false)
	if err == nil {
		defer slot.close()
		err = errors.Join(slot.put(sentAt, []byte(redeemed)), slot.sync())
		if err != nil { // nothing will be sent, so the slot must not say so
			_ = slot.wipe(sentAt, slotBlock)
		}
	}
	if err != nil {
		return s.spoilt(err)
	}
	return nil
}

// Keep implements auth.Memory. It needs no new disk space if Reserve was
// called.
func (s *Memory) Keep(redeemed string, answer auth.TokenResponse) error {
	s.escrow.Lock()
	defer s.escrow.Unlock()
	if err := s.keep(redeemed, answer); err != nil {
		return fault.New("keep_answer", "cannot keep the answer: {{.Why}}", "Why", safefile.Cause(err))
	}
	return nil
}

func (s *Memory) keep(redeemed string, answer auth.TokenResponse) error {
	slot, err := s.openSlot(true)
	if err != nil {
		return err
	}
	defer slot.close()
	now, err := s.look(slot)
	if err != nil && s.reserved == nil {
		return err
	}
	if now.answer != nil && now.Redeemed != redeemed {
		return errAnswerHeld
	}
	key := s.reserved
	if key == nil { // kept without Reserve
		if key, err = s.escrowKey(true); err != nil {
			return err
		}
	}
	payload, err := packAnswer(attempt{redeemed, now.At}, answer, key)
	if err != nil {
		return err
	}
	return errors.Join(slot.put(answerAt, payload), slot.sync())
}

// Held implements auth.Memory. An answer whose key is gone for good is a lost
// answer: Sent without Answer. An answer whose keyring is locked or not running
// is an error.
func (s *Memory) Held() (entry auth.EscrowEntry, ok bool, err error) {
	s.escrow.Lock()
	defer s.escrow.Unlock()
	slot, err := s.openSlot(false)
	if s.why != nil || errors.Is(err, fs.ErrNotExist) {
		return auth.EscrowEntry{}, false, nil
	}
	if err == nil {
		defer slot.close()
		var now held
		now, err = s.look(slot)
		entry = auth.EscrowEntry{Redeemed: now.Redeemed, At: now.At, Sent: now.sent, Answer: now.answer}
		ok = now.ok
	}
	if err != nil {
		return auth.EscrowEntry{}, false, fault.New("read_escrow", "cannot read the escrow: {{.Why}}", "Why", safefile.Cause(err))
	}
	return entry, ok, nil
}

// Clear implements auth.Memory. It overwrites what it clears.
func (s *Memory) Clear(redeemed string) error {
	s.escrow.Lock()
	defer s.escrow.Unlock()
	slot, err := s.openSlot(false)
	if s.why != nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		defer slot.close()
		err = clearSlot(slot, redeemed)
	}
	if err != nil {
		return fault.New("clear_escrow", "cannot clear the escrow: {{.Why}}", "Why", safefile.Cause(err))
	}
	return nil
}

// clearSlot wipes the records that are about redeemed. If the power fails in
// between, what is left only concerns credentials that are gone.
func clearSlot(slot *slot, redeemed string) error {
	of := map[int64]func([]byte) string{
		attemptAt: func(p []byte) string { var a attempt; _ = json.Unmarshal(p, &a); return a.Redeemed },
		sentAt:    func(p []byte) string { return string(p) },
		answerAt:  func(p []byte) string { return answerAttempt(p).Redeemed },
	}
	for _, at := range []int64{answerAt, sentAt, attemptAt} {
		payload, err := slot.get(at)
		if err != nil {
			return err
		}
		if payload == nil || of[at](payload) != redeemed {
			continue
		}
		if err := slot.wipe(at, recordHeader+len(payload)); err != nil {
			return err
		}
	}
	return slot.sync()
}
