package localport

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// listening is the state of a listening socket in /proc/net/tcp.
const listening = "0A"

// holder names the program that listens on the port of address, or is empty
// if it cannot be told: another user's, another namespace's, or gone.
func holder(address string) string {
	_, portText, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return ""
	}
	var inodes []string
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		if text, err := os.ReadFile(table); err == nil {
			inodes = append(inodes, listenInodes(string(text), uint16(port))...)
		}
	}
	for _, inode := range inodes {
		if program := inodeHolder(inode); program != "" {
			return program
		}
	}
	return ""
}

// listenInodes finds the sockets that listen on port in the text of
// /proc/net/tcp, whatever address they are bound to.
func listenInodes(table string, port uint16) []string {
	var inodes []string
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		if len(fields) < 10 || fields[3] != listening {
			continue
		}
		_, hexPort, _ := strings.Cut(fields[1], ":")
		if found, err := strconv.ParseUint(hexPort, 16, 16); err == nil && uint16(found) == port {
			inodes = append(inodes, fields[9])
		}
	}
	return inodes
}

// inodeHolder finds the process that has the socket open.
func inodeHolder(inode string) string {
	links, err := filepath.Glob("/proc/[0-9]*/fd/[0-9]*")
	if err != nil {
		return ""
	}
	for _, link := range links {
		if target, err := os.Readlink(link); err != nil || target != "socket:["+inode+"]" {
			continue
		}
		pid := strings.Split(link, "/")[2]
		name, err := os.ReadFile("/proc/" + pid + "/comm")
		if err != nil {
			return ""
		}
		return fmt.Sprintf("%s (process %s)", strings.TrimSpace(string(name)), pid)
	}
	return ""
}
