package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/hashicorp/yamux"
)

type server struct {
	control, scenario string
	streams, parallel int
	bytes             int64
	timeout           int
}

func serverOptions(arguments []string) server {
	var s server
	flags := flag.NewFlagSet("server", flag.ExitOnError)
	flags.StringVar(&s.control, "control", "", "where the client connects; port 0 is allowed")
	flags.StringVar(&s.scenario, "scenario", "", "echo, half-close, reset, go-away, ping, bulk or many")
	flags.IntVar(&s.streams, "streams", 0, "streams in all, or pings")
	flags.IntVar(&s.parallel, "parallel", 0, "streams at once")
	flags.Int64Var(&s.bytes, "bytes", 0, "bytes a stream")
	flags.IntVar(&s.timeout, "timeout", 120, "seconds until the scenario has failed")
	_ = flags.Parse(arguments)
	defaults, known := scenarios[s.scenario]
	if s.control == "" || !known {
		fail(usage)
	}
	if s.streams == 0 {
		s.streams = defaults.streams
	}
	if s.parallel == 0 {
		s.parallel = defaults.parallel
	}
	if s.bytes == 0 {
		s.bytes = defaults.bytes
	}
	return s
}

func runServer(s server) int {
	deadline := time.Duration(s.timeout) * time.Second
	listener := listenOn(s.control)
	_ = listener.(*net.TCPListener).SetDeadline(time.Now().Add(deadline))
	conn, err := listener.Accept()
	_ = listener.Close()
	if err != nil {
		return s.report("", fmt.Errorf("no client: %w", err))
	}
	wire := &resetCounter{TCPConn: conn.(*net.TCPConn)}
	session, err := yamux.Server(wire, config(scenarios[s.scenario].closeTimeout))
	if err != nil {
		return s.report("", err)
	}

	type outcome struct {
		detail string
		err    error
	}
	outcomes := make(chan outcome, 1)
	go func() {
		detail, err := scenarios[s.scenario].run(s, session, wire)
		outcomes <- outcome{detail, err}
	}()
	select {
	case o := <-outcomes:
		code := s.report(o.detail, o.err)
		end(session, wire.TCPConn)
		return code
	case <-time.After(deadline):
		return s.report("", fmt.Errorf("not done within %v", deadline))
	}
}

func (s server) report(detail string, err error) int {
	if err != nil {
		fmt.Printf("FAIL %s %v\n", s.scenario, err)
		return 1
	}
	fmt.Printf("PASS %s %s\n", s.scenario, detail)
	return 0
}

// end closes the session so that the client reads go-away and then EOF. Session.Close alone sends no go-away, and
// with bytes unread in the kernel it would be a TCP reset.
func end(session *yamux.Session, conn *net.TCPConn) {
	if err := session.GoAway(); err != nil && !session.IsClosed() {
		fmt.Fprintf(os.Stderr, "go-away: %v\n", err)
	}
	_ = conn.CloseWrite()
	select {
	case <-session.CloseChan():
	case <-time.After(5 * time.Second):
	}
	_ = session.Close()
}

// resetCounter counts the frames with RST that the library sends: it writes each header by itself.
type resetCounter struct {
	*net.TCPConn
	resets atomic.Int64
}

func (c *resetCounter) Write(b []byte) (int, error) {
	if len(b) == 12 && binary.BigEndian.Uint16(b[2:4])&8 != 0 {
		c.resets.Add(1)
	}
	return c.TCPConn.Write(b)
}
