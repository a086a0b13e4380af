package memory

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"os"

	"rekey/internal/fault"
	"rekey/internal/safefile"
)

// The slot is a file of fixed size with three records at fixed places. It is
// written in place: once its space has been reserved, an answer can be kept
// even if the disk or the quota is full. (Not on a copy-on-write filesystem such
// as btrfs or ZFS: if it fills while the request is under way, the answer is
// only in memory until there is room.) The space is filled with random bytes,
// because compressing filesystems allocate none for zeros.
//
// Each record has its own blocks, so that a write interrupted by a power
// failure damages no other record. An interrupted record fails its checksum and
// counts as missing.
const (
	slotBlock  = 4096
	attemptAt  = 0 * slotBlock
	sentAt     = 1 * slotBlock
	answerAt   = 2 * slotBlock
	answerRoom = 1<<20 + 16*slotBlock // the server's largest answer, 1 MiB, plus overhead
	slotSize   = answerAt + answerRoom
)

// A record is slotMagic, the payload's length (big endian), its SHA-256 and
// the payload.
const (
	slotMagic    = "RKESCR1\n"
	recordHeader = len(slotMagic) + 4 + sha256.Size
)

// errTooLarge means that an answer exceeds the reserved space.
var errTooLarge = fault.New("answer_place", "the answer is too large to keep")

// slot is the open file.
type slot struct{ file *safefile.File }

// openSlot opens the file, which need not have its full size.
func (s *Memory) openSlot(create bool) (*slot, error) {
	if s.why != nil {
		return nil, s.why
	}
	f, err := s.disk.Open(s.path(escrowFile), create, 0o600)
	if err != nil {
		return nil, err
	}
	return &slot{f}, nil
}

func (s *slot) close() { _ = s.file.Close() }

// get reads the record at an offset, nil when there is none.
func (s *slot) get(at int64) ([]byte, error) {
	header := make([]byte, recordHeader)
	if err := readAt(s.file, header, at); err != nil {
		return nil, err
	}
	if string(header[:len(slotMagic)]) != slotMagic {
		return nil, nil
	}
	length := int64(binary.BigEndian.Uint32(header[len(slotMagic):]))
	if length > room(at) {
		return nil, nil
	}
	payload := make([]byte, length)
	if err := readAt(s.file, payload, at+int64(recordHeader)); err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(payload); string(sum[:]) != string(header[len(slotMagic)+4:]) {
		return nil, nil
	}
	return payload, nil
}

// readAt is io.ReaderAt's ReadAt, reading zeros beyond the end of the file.
func readAt(r io.ReaderAt, into []byte, at int64) error {
	_, err := r.ReadAt(into, at)
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// room is how many bytes a payload at an offset may have.
func room(at int64) int64 {
	if at == answerAt {
		return answerRoom - int64(recordHeader)
	}
	return slotBlock - int64(recordHeader)
}

// put writes the record at an offset; it is durable after sync.
func (s *slot) put(at int64, payload []byte) error {
	if int64(len(payload)) > room(at) {
		return errTooLarge
	}
	record := make([]byte, 0, recordHeader+len(payload))
	record = append(record, slotMagic...)
	record = binary.BigEndian.AppendUint32(record, uint32(len(payload)))
	sum := sha256.Sum256(payload)
	record = append(append(record, sum[:]...), payload...)
	_, err := s.file.WriteAt(record, at)
	return err
}

// wipe overwrites length bytes from an offset on with random ones.
func (s *slot) wipe(at int64, length int) error {
	noise := make([]byte, length)
	_, _ = rand.Read(noise) // never fails
	_, err := s.file.WriteAt(noise, at)
	return err
}

func (s *slot) sync() error { return s.file.Sync() }

// reserve allocates the whole slot if that has not been done yet. Callers have
// checked that there is nothing in it to lose.
func (s *slot) reserve() error {
	if has, err := s.hasRoom(); has || err != nil {
		return err
	}
	return errors.Join(s.wipe(0, slotSize), s.sync())
}

// hasRoom reports whether the whole slot has been allocated.
func (s *slot) hasRoom() (bool, error) {
	info, err := s.file.Stat()
	return err == nil && info.Size() >= slotSize && s.file.Allocated() >= slotSize, err
}

// discardSlot frees the space after reserve failed half-way.
func (s *Memory) discardSlot() {
	if _, err := s.disk.Remove(s.path(escrowFile)); err != nil {
		_ = os.Truncate(s.path(escrowFile), 0)
	}
}
