package public

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"strings"
	"sync"
	"time"
)

// Authority is a certificate authority made at start, which nobody else trusts. It signs what the simulated CDN and
// balancers show.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	from time.Time

	mu     sync.Mutex
	leaves map[string]*tls.Certificate
}

// NewAuthority makes an authority that is valid from a day before now for ten years.
func NewAuthority(now time.Time) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the simulator's certificate authority: %w", err)
	}
	from := now.Add(-24 * time.Hour)
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "Lifeboat simulator", Organization: []string{"SIMULATED, trust nothing it signs"}},
		NotBefore:             from,
		NotAfter:              from.AddDate(10, 0, 0),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("making the simulator's certificate authority: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("making the simulator's certificate authority: %w", err)
	}
	return &Authority{cert: cert, key: key, from: from, leaves: map[string]*tls.Certificate{}}, nil
}

// PEM is the authority's certificate, for a CA file.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// Pool trusts this authority alone.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// Leaf is a certificate for names (DNS names, wildcards too, or IP addresses) that ends at until. The same question gets the same
// certificate.
func (a *Authority) Leaf(names []string, until time.Time) (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	known := strings.Join(names, " ") + " " + until.UTC().Format(time.RFC3339)
	if leaf := a.leaves[known]; leaf != nil {
		return leaf, nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("a certificate for %s: %w", names, err)
	}
	from := a.from
	if until.Before(from) {
		from = until.Add(-24 * time.Hour)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(int64(len(a.leaves) + 2)),
		Subject:      pkix.Name{CommonName: names[0]},
		NotBefore:    from,
		NotAfter:     until,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return nil, fmt.Errorf("a certificate for %s: %w", names, err)
	}
	leaf := &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	a.leaves[known] = leaf
	return leaf, nil
}
