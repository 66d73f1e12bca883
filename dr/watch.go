package dr

import (
	"context"
	"net"
	"time"
)

// Options are what Open needs beyond lifeboat.yaml.
type Options struct {
	Now  func() time.Time                                                  // nil: time.Now
	Dial func(ctx context.Context, network, addr string) (net.Conn, error) // nil: net.Dialer; every client uses it
	Env  func(name string) string                                          // nil: os.Getenv
}
