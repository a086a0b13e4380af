package safefile

import "io/fs"

// Disk accesses files. The zero value is the real disk, and the only one that
// programs use. It is safe for concurrent use.
type Disk struct {
	// Fault simulates a failing disk: it is called before each operation, and
	// its error, if any, becomes the operation's. Nil in every program.
	Fault func(op Op, path string) error
	// Mounted simulates files that are mount points, which cannot be renamed
	// over. Nil in every program.
	Mounted func(path string) bool
}

// Op is an operation of the operating system.
type Op string

// The operations that can fail individually. A failing write has written half
// of its data.
const (
	OpOpen     Op = "open" // an existing file, to read or to write
	OpRead     Op = "read"
	OpStat     Op = "stat"
	OpCreate   Op = "create" // a file or a folder
	OpWrite    Op = "write"
	OpTruncate Op = "truncate"
	OpSync     Op = "sync"
	OpRename   Op = "rename" // over what is there
	OpLink     Op = "link"   // a new name, if it is free
	OpExchange Op = "exchange"
	OpSyncDir  Op = "sync folder"
	OpRemove   Op = "remove"
	OpLock     Op = "lock"
	OpOwner    Op = "change owner"
	OpAllocate Op = "allocate"
)

// Ops lists the operations.
func Ops() []Op {
	return []Op{OpOpen, OpRead, OpStat, OpCreate, OpWrite, OpTruncate, OpSync, OpRename, OpLink, OpExchange, OpSyncDir,
		OpRemove, OpLock, OpOwner, OpAllocate}
}

// fails returns the simulated error of an operation, nil on a real disk.
func (d Disk) fails(op Op, path string) error {
	if d.Fault == nil {
		return nil
	}
	if err := d.Fault(op, path); err != nil {
		return &fs.PathError{Op: string(op), Path: path, Err: err}
	}
	return nil
}
