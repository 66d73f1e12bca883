package pg_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lifeboat/aws/fault"
	"lifeboat/aws/sim/pgwire"
	"lifeboat/dr/pg"
)

// certificate is one that signed itself, valid around now, for names and addresses; cert and key are PEM.
func certificate(t *testing.T, now time.Time, names ...string) (cert, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	for _, n := range names {
		if ip := net.ParseIP(n); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, n)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
}

func TestTheServerMustProveItsName(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		cert, key := certificate(t, time.Now(), "db.example")
		stranger, _ := certificate(t, time.Now(), "db.example")
		pair, err := tls.X509KeyPair(cert, key)
		if err != nil {
			t.Fatal(err)
		}
		right, wrong := filepath.Join(t.TempDir(), "ca.pem"), filepath.Join(t.TempDir(), "ca.pem")
		for file, content := range map[string][]byte{right: cert, wrong: stranger} {
			if err := os.WriteFile(file, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s := (&simulated{state: primaryDatabase()}).serve(t, pgwire.WithTLS(&tls.Config{Certificates: []tls.Certificate{pair}}))
		with := func(ca, host string) *pg.Reader {
			return s.reader(t, func(t *pg.Target) { t.SSLMode, t.RootCA, t.Host = "", ca, host })
		}
		mustRead(t, with(right, "db.example"))
		_, err = with(right, "other.example").Read(t.Context())
		if fault.KindOf(err) != fault.Unreadable || strings.Contains(err.Error(), "user=") {
			t.Errorf("a certificate for another name: %v", err)
		}
		if _, err := with(wrong, "db.example").Read(t.Context()); fault.KindOf(err) != fault.Unreadable {
			t.Errorf("a certificate of an unknown authority: %v", err)
		}
	})
}
