package public

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestAPipeCarriesBothWaysAndSaysGoodbye(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := Pipe()
		for _, c := range []net.Conn{a, b} { // neither waits for the other
			if n, err := c.Write([]byte("hello")); n != 5 || err != nil {
				t.Fatal(n, err)
			}
		}
		_ = a.Close()
		if got, err := io.ReadAll(b); string(got) != "hello" || err != nil {
			t.Errorf("read %q, %v", got, err)
		}
		if _, err := b.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("writing to an end that is gone: %v", err)
		}
		if _, err := a.Read(make([]byte, 1)); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("reading from a closed end: %v", err)
		}
	})
}

func TestAPipesDeadlineCanBeMovedWhileItIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := Pipe()
		began := time.Now()
		_ = a.SetReadDeadline(began.Add(time.Hour))
		go func() {
			time.Sleep(time.Second)
			_ = a.SetReadDeadline(time.Now().Add(2 * time.Second))
		}()
		if _, err := a.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != 3*time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		_ = a.SetReadDeadline(time.Time{})
		go func() { _, _ = b.Write([]byte("x")) }()
		if n, err := a.Read(make([]byte, 1)); n != 1 || err != nil {
			t.Errorf("after the deadline was lifted: %d, %v", n, err)
		}
	})
}

func TestAConnectionThatMetTheDarkStaysDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var dark atomic.Bool
		client, server := Pipe()
		quiet := &mute{Conn: server, dark: dark.Load}
		go func() {
			defer func() { _ = server.Close() }()
			in := bufio.NewScanner(quiet)
			for in.Scan() {
				_, _ = quiet.Write([]byte(in.Text() + "\n"))
			}
		}()
		ask := func(word string) error {
			_ = client.SetDeadline(time.Now().Add(5 * time.Second))
			if _, err := client.Write([]byte(word + "\n")); err != nil {
				return err
			}
			_, err := client.Read(make([]byte, 64))
			return err
		}
		if err := ask("before"); err != nil {
			t.Fatal(err)
		}
		dark.Store(true)
		if err := ask("during"); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("in the dark: %v", err)
		}
		dark.Store(false)
		if err := ask("after"); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("after the dark: %v", err)
		}
		_ = client.Close()
	})
}

func TestAnAnswerThatIsBeingMadeWhenItGetsDarkIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var dark atomic.Bool
		client, server := Pipe()
		quiet := &mute{Conn: server, dark: dark.Load}
		dark.Store(true)
		if n, err := quiet.Write([]byte("answer")); n != 6 || err != nil {
			t.Errorf("the dark is noticed: %d, %v", n, err)
		}
		_ = client.SetReadDeadline(time.Now().Add(time.Second))
		if n, err := client.Read(make([]byte, 8)); err == nil {
			t.Errorf("%d bytes come through", n)
		}
	})
}

func TestTheFirstWordsOfAConnectionSayWhatItIsAndStayUnread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := Pipe()
		request := "POST /api/rows HTTP/1.1\r\nHost: Origin.Example.com:8443\r\nContent-Length: 2\r\n\r\n{}"
		go func() { _, _ = io.WriteString(client, request) }()
		o, c, err := peek(server, time.Second)
		if err != nil || o.secure || o.name != "origin.example.com" {
			t.Fatalf("%+v, %v", o, err)
		}
		r, err := http.ReadRequest(bufio.NewReader(c))
		if err != nil {
			t.Fatal(err)
		}
		if body, _ := io.ReadAll(r.Body); string(body) != "{}" {
			t.Errorf("the body is %q", body)
		}
	})
}

func TestAClientThatSaysNothingSensibleIsLetGo(t *testing.T) {
	for name, words := range map[string]string{"nothing": "", "no request": "hello\r\n\r\n", "no hello": "\x16\x03\x01\x00\x05nope."} {
		synctest.Test(t, func(t *testing.T) {
			client, server := Pipe()
			_, _ = io.WriteString(client, words)
			if o, _, err := peek(server, time.Second); err == nil {
				t.Errorf("%s is taken for %+v", name, o)
			}
			_ = client.Close()
		})
	}
}

func TestOnlyTheListedFailuresOfAnOriginFailOver(t *testing.T) {
	timeout := &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}
	for _, one := range []struct {
		err       error
		connected bool
		status    int
		criterion int
	}{
		{timeout, false, 504, 503}, // could not connect: fails over where 503 is listed
		{timeout, true, 504, 504},
		{errors.New("tls: unknown certificate authority"), false, 502, 502},
	} {
		a := failure(one.err, one.connected)
		if a.status != one.status || a.criterion != one.criterion || !strings.Contains(a.failed, "CloudFront") {
			t.Errorf("%v, connected %t: %+v", one.err, one.connected, a)
		}
	}
}
