package api

import (
	"context"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"lifeboat/aws/sim/cloud"
)

// pipes is a listener in memory.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	if c, ok := <-p; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}
func (p pipes) Close() error   { close(p); return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }
func (p pipes) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	p <- there
	return here, nil
}

func TestTheSimulatorLivesOnAFakeClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := cloud.Reference(cloud.Options{Seed: 1})
		l := make(pipes)
		server := &http.Server{Handler: Handler(c)}
		go func() { _ = server.Serve(l) }()
		transport := &http.Transport{DialContext: l.dial}
		client := ecs.NewFromConfig(aws.Config{
			Region: east, BaseEndpoint: aws.String("http://simulator"), HTTPClient: &http.Client{Transport: settled{transport}},
			Credentials: credentials.NewStaticCredentialsProvider("AKIA", "secret", ""),
		})
		running := func() int32 {
			return must[*ecs.DescribeServicesOutput](t)(client.DescribeServices(ctx, &ecs.DescribeServicesInput{
				Cluster: clusterIn(east), Services: []string{"davidshaevel-dev-backend"},
			})).Services[0].RunningCount
		}
		if err := c.Do("stop-tasks", east, "davidshaevel-dev-backend"); err != nil {
			t.Fatal(err)
		}
		expect(t, "at once", running(), 0)
		if err := c.Do("slow", "all", "2m"); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		expect(t, "two minutes later", running(), 2)
		expect(t, "waited", time.Since(began), 2*time.Minute)
		transport.CloseIdleConnections()
		_ = server.Close()
	})
}
