package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/yamux"
)

type client struct {
	connect, local string
	echo, ping     bool
	goAwayAfter    int
}

func clientOptions(arguments []string) client {
	var c client
	flags := flag.NewFlagSet("client", flag.ExitOnError)
	flags.StringVar(&c.connect, "connect", "", "the server's control port")
	flags.StringVar(&c.local, "local", "", "the service every stream is dialled to")
	flags.BoolVar(&c.echo, "echo", false, "echo every stream instead of dialling")
	flags.IntVar(&c.goAwayAfter, "go-away-after", 0, "send go-away once this many streams were accepted")
	flags.BoolVar(&c.ping, "ping", false, "ping every 100 ms and print how many were answered")
	_ = flags.Parse(arguments)
	if c.connect == "" || c.echo == (c.local != "") {
		fail(usage)
	}
	return c
}

func runClient(c client) int {
	conn, err := net.Dial("tcp", c.connect)
	if err != nil {
		log.Print(err)
		return 1
	}
	session, err := yamux.Client(conn, config(0))
	if err != nil {
		log.Print(err)
		return 1
	}
	// Yamux has no handshake: a first pong is what shows that the server took the session.
	if _, err := session.Ping(); err != nil {
		log.Printf("first ping: %v", err)
		return 1
	}
	fmt.Println("ready")

	var pongs atomic.Int64
	if c.ping {
		go pingUntilClosed(session, &pongs)
	}
	var open sync.WaitGroup
	for accepted := 1; ; accepted++ {
		stream, acceptErr := session.AcceptStream()
		if acceptErr != nil {
			err = acceptErr
			break
		}
		open.Add(1)
		go func() {
			defer open.Done()
			c.serve(session, stream)
		}()
		if accepted == c.goAwayAfter {
			if err := session.GoAway(); err != nil {
				log.Printf("go-away: %v", err)
			}
		}
	}
	open.Wait()
	if c.ping {
		fmt.Printf("pings %d\n", pongs.Load())
	}
	if errors.Is(err, io.EOF) {
		return 0
	}
	log.Printf("session ended: %v", err)
	return 1
}

func pingUntilClosed(session *yamux.Session, pongs *atomic.Int64) {
	for !session.IsClosed() {
		if _, err := session.Ping(); err == nil {
			pongs.Add(1)
		} else if !errors.Is(err, yamux.ErrSessionShutdown) {
			log.Printf("ping: %v", err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (c client) serve(session *yamux.Session, stream *yamux.Stream) {
	if c.echo {
		_, _ = io.Copy(stream, stream)
		_ = stream.Close()
		return
	}
	service, err := net.Dial("tcp", c.local)
	if err != nil {
		log.Printf("stream %d: %v", stream.StreamID(), err)
		_ = stream.Close() // a FIN: the library cannot reset a stream
		return
	}
	bridge(session, stream, service.(*net.TCPConn))
}

func bridge(session *yamux.Session, stream *yamux.Stream, service *net.TCPConn) {
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		_, _ = io.Copy(stream, service)
		_ = stream.Close() // sends FIN; reading goes on
	}()
	_, err := io.Copy(service, stream)
	if err != nil || session.IsClosed() {
		// When a session dies the library's streams end like a FIN; only the session tells the two apart.
		_ = service.SetLinger(0)
		_ = service.Close()
	} else {
		_ = service.CloseWrite()
	}
	<-answered
	_ = service.Close()
}
