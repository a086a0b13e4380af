package lend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"rekey/internal/safefile"
)

const (
	bookVersion = 1
	// maxBook bounds the file, in bytes: enough for ten thousand loans.
	maxBook  = 8 << 20
	bookWait = 5 * time.Second
)

// Book is the file with the loans of one home: see BookPath. It is
// safe for concurrent use by goroutines and processes.
type Book struct{ path string }

// BookPath is the file in a home's state folder.
func BookPath(stateDir string) string { return filepath.Join(stateDir, "loans.json") }

// OpenBook returns the Book at a path. The file need not exist.
func OpenBook(path string) *Book { return &Book{path} }

type bookFile struct {
	Version int    `json:"version"`
	Loans   []Loan `json:"loans"`
}

// List returns the loans, the oldest first.
func (b *Book) List() ([]Loan, error) {
	content, err := safefile.Read(b.path, maxBook)
	if err != nil {
		return nil, fmt.Errorf("cannot read the loans: %w", err)
	}
	if !content.Exists {
		return nil, nil
	}
	var f bookFile
	if err := json.Unmarshal(content.Data, &f); err != nil {
		return nil, errors.New("cannot read the loans: the file is not valid JSON")
	}
	if f.Version > bookVersion {
		return nil, errors.New("cannot read the loans: a newer version of Rekey has written the file")
	}
	return f.Loans, nil
}

// change replaces the loans with the result of change.
func (b *Book) change(change func([]Loan) []Loan) error {
	ctx, cancel := context.WithTimeout(context.Background(), bookWait)
	defer cancel()
	unlock, err := safefile.Lock(ctx, b.path+".lock", 0o600)
	if err != nil {
		return fmt.Errorf("cannot change the loans: %w", err)
	}
	defer unlock()
	loans, err := b.List()
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(bookFile{bookVersion, change(loans)}, "", "  ")
	if err != nil {
		return err
	}
	if err := safefile.Replace(b.path, append(data, '\n'), 0o600); err != nil {
		return fmt.Errorf("cannot change the loans: %w", err)
	}
	return nil
}

// update changes the loan with an id, if it still exists.
func (b *Book) update(id string, change func(Loan) Loan) error {
	return b.change(func(loans []Loan) []Loan {
		for i, l := range loans {
			if l.ID == id {
				loans[i] = change(l)
			}
		}
		return loans
	})
}
