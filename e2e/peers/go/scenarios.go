package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/yamux"
)

type scenario struct {
	streams, parallel int
	bytes             int64
	closeTimeout      time.Duration
	run               func(server, *yamux.Session, *resetCounter) (string, error)
}

var scenarios = map[string]scenario{
	"echo":       {streams: 64, parallel: 8, bytes: 64 << 10, run: echo},
	"half-close": {streams: 4, parallel: 2, bytes: 3_000_000, run: halfClose},
	// The library resets a stream only when it was closed and the other end did not close within this time.
	"reset":   {streams: 4, parallel: 1, bytes: 1 << 20, closeTimeout: 200 * time.Millisecond, run: reset},
	"go-away": {streams: 8, parallel: 8, bytes: 256 << 10, run: goAway},
	"ping":    {streams: 10, parallel: 1, bytes: 1 << 20, run: ping},
	"bulk":    {streams: 1, parallel: 1, bytes: 64 << 20, run: bulk},
	"many":    {streams: 10_000, parallel: 256, bytes: 1 << 10, run: echo},
}

func echo(s server, session *yamux.Session, _ *resetCounter) (string, error) {
	start := time.Now()
	err := inParallel(s.streams, s.parallel, func() error {
		stream, err := session.OpenStream()
		if err != nil {
			return err
		}
		if err := exchange(stream, s.bytes); err != nil {
			return err
		}
		return finish(stream)
	})
	return fmt.Sprintf("%d streams of %d bytes, %d at once, %d ms",
		s.streams, s.bytes, s.parallel, time.Since(start).Milliseconds()), err
}

func halfClose(s server, session *yamux.Session, _ *resetCounter) (string, error) {
	err := inParallel(s.streams, s.parallel, func() error {
		_, err := roundTrip(session, s.bytes, func() bool { return true })
		return err
	})
	return fmt.Sprintf("%d streams, FIN after %d bytes, all came back before FIN", s.streams, s.bytes), err
}

func bulk(s server, session *yamux.Session, _ *resetCounter) (string, error) {
	start := time.Now()
	sent, err := roundTrip(session, s.bytes, func() bool { return true })
	seconds := time.Since(start).Seconds()
	return fmt.Sprintf("%d bytes each way, equal SHA-256, %.1f MB/s", sent, float64(sent)/seconds/1e6), err
}

// reset fills streams that it never reads, so that the other end cannot finish them, and closes them: the library
// sends FIN, and RST when its close timeout is over.
func reset(s server, session *yamux.Session, wire *resetCounter) (string, error) {
	err := inParallel(s.streams, s.parallel, func() error {
		stream, err := session.OpenStream()
		if err != nil {
			return err
		}
		_ = stream.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
		if _, err := stream.Write(payload(s.bytes)); err != nil && !errors.Is(err, yamux.ErrTimeout) {
			return err
		}
		return stream.Close()
	})
	if err != nil {
		return "", err
	}
	for limit := time.Now().Add(10 * time.Second); wire.resets.Load() < int64(s.streams); {
		if time.Now().After(limit) {
			return "", fmt.Errorf("%d of %d streams reset, the others ended before the close timeout",
				wire.resets.Load(), s.streams)
		}
		time.Sleep(10 * time.Millisecond)
	}
	further, err := session.OpenStream()
	if err != nil {
		return "", err
	}
	if err := exchange(further, 64<<10); err != nil {
		return "", fmt.Errorf("a stream after the resets: %w", err)
	}
	return fmt.Sprintf("%d streams ended by FIN, then RST; a further stream works", s.streams), finish(further)
}

func goAway(s server, session *yamux.Session, _ *resetCounter) (string, error) {
	streams := make([]*yamux.Stream, s.streams)
	for i := range streams {
		stream, err := session.OpenStream()
		if err != nil {
			return "", err
		}
		if err := exchange(stream, s.bytes/2); err != nil {
			return "", err
		}
		streams[i] = stream
	}
	if err := session.GoAway(); err != nil {
		return "", err
	}
	for _, stream := range streams {
		if err := exchange(stream, s.bytes/2); err != nil {
			return "", fmt.Errorf("a stream that was open at go-away: %w", err)
		}
		if err := finish(stream); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d open streams finished after go-away", s.streams), nil
}

func ping(s server, session *yamux.Session, _ *resetCounter) (string, error) {
	var pinged atomic.Bool
	load := make(chan error, 1)
	go func() {
		_, err := roundTrip(session, s.bytes, pinged.Load)
		load <- err
	}()
	var longest time.Duration
	for i := range s.streams {
		rtt, err := session.Ping()
		if err != nil {
			return "", fmt.Errorf("ping %d of %d: %w", i+1, s.streams, err)
		}
		longest = max(longest, rtt)
		time.Sleep(100 * time.Millisecond)
	}
	pinged.Store(true)
	return fmt.Sprintf("%d of %d answered beside a bulk stream, longest %d us",
		s.streams, s.streams, longest.Microseconds()), <-load
}

// exchange writes random bytes and expects the same back; the stream stays open.
func exchange(stream *yamux.Stream, size int64) error {
	sent := payload(size)
	written := make(chan error, 1)
	go func() {
		_, err := stream.Write(sent)
		written <- err
	}()
	received := make([]byte, size)
	if _, err := io.ReadFull(stream, received); err != nil {
		return err
	}
	if !bytes.Equal(sent, received) {
		return errors.New("other bytes came back")
	}
	return <-written
}

// finish sends FIN and expects the other end's FIN, without another byte.
func finish(stream *yamux.Stream) error {
	if err := stream.Close(); err != nil {
		return err
	}
	rest, err := io.Copy(io.Discard, stream)
	if err == nil && rest > 0 {
		return fmt.Errorf("%d bytes too many", rest)
	}
	return err
}

// roundTrip sends at least size bytes and until enough says so, then FIN, and reads all of it back until FIN, in
// constant memory.
func roundTrip(session *yamux.Session, size int64, enough func() bool) (int64, error) {
	stream, err := session.OpenStream()
	if err != nil {
		return 0, err
	}
	sent, received := sha256.New(), sha256.New()
	total := int64(0)
	written := make(chan error, 1)
	go func() {
		random := rand.NewChaCha8(seed())
		block := make([]byte, 64<<10)
		for total < size || !enough() {
			next := block
			if total < size {
				next = block[:min(int64(len(block)), size-total)]
			}
			_, _ = random.Read(next)
			_, _ = sent.Write(next)
			n, err := stream.Write(next)
			total += int64(n)
			if err != nil {
				written <- err
				return
			}
		}
		written <- stream.Close()
	}()
	got, err := io.Copy(received, stream)
	if err != nil {
		return 0, err
	}
	if err := <-written; err != nil {
		return 0, err
	}
	if got != total || !bytes.Equal(sent.Sum(nil), received.Sum(nil)) {
		return 0, fmt.Errorf("sent %d bytes, %d came back, SHA-256 %x and %x", total, got, sent.Sum(nil), received.Sum(nil))
	}
	return total, nil
}

func inParallel(count, parallel int, run func() error) error {
	turns := make(chan struct{}, count)
	for range count {
		turns <- struct{}{}
	}
	close(turns)
	var failure error
	var failed sync.Once
	var workers sync.WaitGroup
	for range parallel {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for range turns {
				if err := run(); err != nil {
					failed.Do(func() { failure = err })
					return
				}
			}
		}()
	}
	workers.Wait()
	return failure
}

func payload(size int64) []byte {
	b := make([]byte, size)
	_, _ = rand.NewChaCha8(seed()).Read(b)
	return b
}

func seed() [32]byte {
	var s [32]byte
	for i := range s {
		s[i] = byte(rand.Uint32())
	}
	return s
}
