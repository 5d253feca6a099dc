package image

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// layer is an uncompressed layer in a file. Compressing would cost more time
// than the disk and the loopback that these layers travel over.
type layer struct {
	file string
	info layerInfo
}

// layerInfo is what a manifest says about a layer.
type layerInfo struct {
	SHA256 string // of the tar archive, hex
	Size   int64  // bytes
}

var _ v1.Layer = layer{}

// writeLayer writes t as a tar archive to file and describes it.
func writeLayer(t tree, file string) (info layerInfo, err error) {
	f, err := os.Create(file)
	if err != nil {
		return info, fmt.Errorf("create layer: %w", err)
	}
	defer func() {
		if cerr := f.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("close layer: %w", cerr)
		}
	}()
	sum := sha256.New()
	out := bufio.NewWriterSize(f, 1<<20)
	if err := t.write(io.MultiWriter(out, sum)); err != nil {
		return info, err
	}
	if err := out.Flush(); err != nil {
		return info, fmt.Errorf("write layer %s: %w", file, err)
	}
	stat, err := f.Stat()
	if err != nil {
		return info, fmt.Errorf("measure layer: %w", err)
	}
	return layerInfo{SHA256: hex.EncodeToString(sum.Sum(nil)), Size: stat.Size()}, nil
}

// Digest is the same as DiffID, because the layer is not compressed.
func (l layer) Digest() (v1.Hash, error) {
	return v1.Hash{Algorithm: "sha256", Hex: l.info.SHA256}, nil
}

// DiffID is the digest of the tar archive.
func (l layer) DiffID() (v1.Hash, error) { return l.Digest() }

// Compressed is the tar archive as it is.
func (l layer) Compressed() (io.ReadCloser, error) { return os.Open(l.file) }

// Uncompressed is the tar archive.
func (l layer) Uncompressed() (io.ReadCloser, error) { return os.Open(l.file) }

// Size is the tar archive's, in bytes.
func (l layer) Size() (int64, error) { return l.info.Size, nil }

// MediaType says that the layer is a plain tar archive.
func (l layer) MediaType() (types.MediaType, error) { return types.DockerUncompressedLayer, nil }
