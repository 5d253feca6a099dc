package host

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"

	"github.com/artisan-platform/headroom/runner/command"
)

// exitZero is the machine code of a program that ends with status 0, per
// architecture: it needs no libc, no loader and no registry.
var exitZero = map[string]struct {
	machine uint16 // e_machine of its ELF header
	code    []byte
}{
	"amd64": {62, []byte{
		0xb8, 0x3c, 0, 0, 0, // mov eax, 60 (exit)
		0x31, 0xff, // xor edi, edi
		0x0f, 0x05, // syscall
	}},
	"arm64": {183, []byte{
		0xa8, 0x0b, 0x80, 0xd2, // mov x8, #93 (exit)
		0x00, 0x00, 0x80, 0xd2, // mov x0, #0
		0x01, 0x00, 0x00, 0xd4, // svc #0
	}},
}

// probeProgram is a whole static executable for arch that exits with 0.
func probeProgram(arch string) ([]byte, error) {
	program, known := exitZero[arch]
	if !known {
		return nil, fmt.Errorf("no probe program for architecture %s", arch)
	}
	const base, headers = 0x400000, 64 + 56 // load address; ELF header and one program header
	size := uint64(headers + len(program.code))
	var b bytes.Buffer
	for _, field := range []any{
		[16]byte{0x7f, 'E', 'L', 'F', 2, 1, 1}, // 64 bits, little endian
		uint16(2), program.machine, uint32(1),  // executable, version
		uint64(base + headers), uint64(64), uint64(0), uint32(0), // entry, program and section headers, flags
		uint16(64), uint16(56), uint16(1), uint16(64), uint16(0), uint16(0), // header sizes and counts
		uint32(1), uint32(5), uint64(0), uint64(base), uint64(base), // load, readable and executable, offset, addresses
		size, size, uint64(0x1000), // in the file, in memory, alignment
		program.code,
	} {
		if err := binary.Write(&b, binary.LittleEndian, field); err != nil {
			return nil, fmt.Errorf("build the probe program: %w", err)
		}
	}
	return b.Bytes(), nil
}

// probeArchive is the root file system of the probe's image.
func probeArchive() ([]byte, error) {
	program, err := probeProgram(runtime.GOARCH)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: "probe", Mode: 0o755, Size: int64(len(program))}); err != nil {
		return nil, err
	}
	if _, err := w.Write(program); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// startPrivileged starts a privileged container, as every kind node is one,
// from an image made on the spot, and takes both away again.
func startPrivileged(ctx context.Context) (err error) {
	archive, err := probeArchive()
	if err != nil {
		return err
	}
	image, err := command.Cmd{
		Name:  "docker",
		Args:  []string{"import", "--change", `ENTRYPOINT ["/probe"]`, "-"},
		Stdin: bytes.NewReader(archive),
	}.Run(ctx)
	if err != nil {
		return err
	}
	image = strings.TrimSpace(image)
	defer func() {
		if _, rmErr := command.Run(context.WithoutCancel(ctx), "docker", "rmi", "--force", image); err == nil {
			err = rmErr
		}
	}()
	_, err = command.Run(ctx, "docker", "run", "--rm", "--privileged", "--network=none", "--cgroupns=private", image)
	return err
}
