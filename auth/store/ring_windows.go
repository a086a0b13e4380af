package store

import (
	"context"
	"encoding/binary"
	"errors"
	"unicode/utf16"

	"github.com/danieljoos/wincred"
	"github.com/zalando/go-keyring"

	"rekey/auth/store/secretservice"
)

// vault is the Credential Manager. Codex's keyring library names an item
// <user>.<service> and stores UTF-16; go-keyring does neither.
type vault struct{ zalando }

// systemRing is this system's keyring.
func systemRing(Options) ring { return vault{zalando{"windows"}} }

// lockReleases is not supported on this system.
func lockReleases(context.Context, string) <-chan struct{} { return nil }

func codexTarget(it secretservice.Item) string { return it.User + "." + it.Name }

// found translates an error of the Credential Manager.
func (v vault) found(err error) error {
	if errors.Is(err, wincred.ErrElementNotFound) {
		return keyring.ErrNotFound
	}
	return err
}

// Get implements ring.
func (v vault) Get(ctx context.Context, it secretservice.Item) (string, error) {
	if it.Application != codexApplication {
		return v.zalando.Get(ctx, it)
	}
	return bounded(ctx, func() (string, error) {
		item, err := wincred.GetGenericCredential(codexTarget(it))
		if err != nil {
			return "", v.found(err)
		}
		units := make([]uint16, len(item.CredentialBlob)/2)
		for i := range units {
			units[i] = binary.LittleEndian.Uint16(item.CredentialBlob[2*i:])
		}
		return string(utf16.Decode(units)), nil
	})
}

// Set implements ring.
func (v vault) Set(ctx context.Context, it secretservice.Item, text string) error {
	if it.Application != codexApplication {
		return v.zalando.Set(ctx, it, text)
	}
	_, err := bounded(ctx, func() (struct{}, error) {
		item := wincred.NewGenericCredential(codexTarget(it))
		item.UserName, item.Persist = it.User, wincred.PersistEnterprise
		for _, unit := range utf16.Encode([]rune(text)) {
			item.CredentialBlob = binary.LittleEndian.AppendUint16(item.CredentialBlob, unit)
		}
		return struct{}{}, item.Write()
	})
	return err
}

// Remove implements ring.
func (v vault) Remove(ctx context.Context, it secretservice.Item) error {
	if it.Application != codexApplication {
		return v.zalando.Remove(ctx, it)
	}
	_, err := bounded(ctx, func() (struct{}, error) {
		item, err := wincred.GetGenericCredential(codexTarget(it))
		if err == nil {
			err = item.Delete()
		}
		return struct{}{}, v.found(err)
	})
	return err
}

// Ready implements ring.
func (v vault) Ready(context.Context, secretservice.Item) error { return nil }
