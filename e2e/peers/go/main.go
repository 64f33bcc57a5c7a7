// Command yamux-peer is the other end of Culvert's raw dialect, on github.com/hashicorp/yamux.
package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/hashicorp/yamux"
)

const usage = `usage: yamux-peer client --connect HOST:PORT (--local HOST:PORT | --echo) [--go-away-after N] [--ping]
       yamux-peer server --control HOST:PORT --scenario NAME [--streams N] [--parallel N] [--bytes N] [--timeout SECONDS]
       yamux-peer service --listen HOST:PORT
`

func main() {
	if len(os.Args) < 2 {
		fail(usage)
	}
	arguments := os.Args[2:]
	switch os.Args[1] {
	case "client":
		os.Exit(runClient(clientOptions(arguments)))
	case "server":
		os.Exit(runServer(serverOptions(arguments)))
	case "service":
		runService(arguments)
	default:
		fail(usage)
	}
}

func fail(message string) {
	fmt.Fprint(os.Stderr, message)
	os.Exit(2)
}

// config is the library's default, save for the one timer a scenario may need.
func config(closeTimeout time.Duration) *yamux.Config {
	c := yamux.DefaultConfig()
	if closeTimeout > 0 {
		c.StreamCloseTimeout = closeTimeout
	}
	return c
}

// runService is an echo service that keeps half-close, for when no test brings its own.
func runService(arguments []string) {
	flags := flag.NewFlagSet("service", flag.ExitOnError)
	listen := flags.String("listen", "127.0.0.1:0", "")
	_ = flags.Parse(arguments)
	listener := listenOn(*listen)
	for {
		conn, err := listener.Accept()
		if err != nil {
			fail(err.Error() + "\n")
		}
		go func() {
			defer conn.Close()
			_, _ = io.Copy(conn, conn)
		}()
	}
}

func listenOn(address string) net.Listener {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		fail(err.Error() + "\n")
	}
	fmt.Printf("listening %d\n", listener.Addr().(*net.TCPAddr).Port)
	return listener
}
