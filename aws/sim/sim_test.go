package sim

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/rds"
)

func TestAnAddressThatIsTakenIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := NewMemory()
		first, err := Start(t.Context(), Options{Network: memory, Listen: "127.0.0.1:4566"})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = first.Close() }()
		second, err := Start(t.Context(), Options{Network: memory, Listen: "127.0.0.1:4566"})
		if err == nil {
			_ = second.Close()
			t.Fatal("two simulators share an address")
		}
		if !strings.Contains(err.Error(), "127.0.0.1:4566") || !strings.Contains(err.Error(), "in use") {
			t.Errorf("refused with %v", err)
		}
	})
}

func TestTheEnvironmentPointsClientsAtTheSimulator(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		env := map[string]string{}
		for _, line := range w.Env() {
			name, value, _ := strings.Cut(line, "=")
			env[name] = value
		}
		d := w.Description()
		for name, want := range map[string]string{
			"AWS_ENDPOINT_URL": d.Endpoint, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
			"CLOUDFLARE_BASE_URL": "http://" + d.Director + "/client/v4",
		} {
			if env[name] != want {
				t.Errorf("%s is %q, not %q", name, env[name], want)
			}
		}
		for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "CLOUDFLARE_API_TOKEN"} {
			if env[name] == "" {
				t.Errorf("%s is not set", name)
			}
		}
	})
}

func TestTheAWSAPIAnswersAtTheSameAddress(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		transport := &http.Transport{DialContext: w.network.DialContext}
		defer transport.CloseIdleConnections()
		for _, r := range w.Description().Regions {
			client := rds.New(rds.Options{
				Region: r.Name, BaseEndpoint: aws.String(w.Description().Endpoint), HTTPClient: &http.Client{Transport: transport},
				Credentials: credentials.NewStaticCredentialsProvider("AKIALIFEBOATSIMULATE", "simulated", ""),
			})
			got, err := client.DescribeDBInstances(t.Context(), &rds.DescribeDBInstancesInput{})
			if err != nil || len(got.DBInstances) != 1 || aws.ToString(got.DBInstances[0].DBInstanceIdentifier) != r.Databases[0].ID {
				t.Errorf("%s: %+v, %v", r.Name, got, err)
			}
		}
	})
}

func TestASimulatorEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := NewMemory()
		ctx, cancel := context.WithCancel(t.Context())
		s, err := Start(ctx, Options{Network: memory})
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		<-s.Done()
		if left := len(memory.listeners); left > 0 {
			t.Errorf("%d addresses still answer", left)
		}
	})
}
