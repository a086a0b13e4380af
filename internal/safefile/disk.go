package safefile

import "io/fs"

// Disk is the way to files. The zero value is the real one, and the only one
// that a program uses. It is safe for concurrent use.
type Disk struct {
	// Fault plays a disk that fails: it is called before each operation, and its
	// error, if any, becomes that operation's. Nil in every program.
	Fault func(op Op, path string) error
	// Mounted plays files that are mount points of their own, which nobody can
	// rename over. Nil in every program.
	Mounted func(path string) bool
}

// Op is something that is asked of the operating system.
type Op string

// The operations, of which each can fail by itself. A write that fails has
// written half of its data.
const (
	OpOpen     Op = "open" // a file that is there, to read or to write
	OpRead     Op = "read"
	OpStat     Op = "stat"
	OpCreate   Op = "create" // a file or a folder
	OpWrite    Op = "write"
	OpTruncate Op = "truncate"
	OpSync     Op = "sync"
	OpRename   Op = "rename" // over what is there
	OpLink     Op = "link"   // a new name, provided that it is free
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

// fails is the operation's fault, nil on a real disk.
func (d Disk) fails(op Op, path string) error {
	if d.Fault == nil {
		return nil
	}
	if err := d.Fault(op, path); err != nil {
		return &fs.PathError{Op: string(op), Path: path, Err: err}
	}
	return nil
}
