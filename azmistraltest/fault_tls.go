package azmistraltest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"sync"
	"time"
)

// authority signs the certificates of every stage. It lives in memory only.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

var stageAuthority = sync.OnceValue(func() *authority {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "azmistraltest"},
		NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a := &authority{key: key, pool: x509.NewCertPool()}
	a.cert = must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))))
	a.pool.AddCert(a.cert)
	return a
})

// issue signs a certificate for this machine's loopback, after a change of it.
func (a *authority) issue(change func(*x509.Certificate)) tls.Certificate {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "stage"},
		NotBefore: time.Now().AddDate(0, -1, 0), NotAfter: time.Now().AddDate(0, 1, 0),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	if change != nil {
		change(template)
	}
	der := must(x509.CreateCertificate(rand.Reader, template, a.cert, a.key.Public(), a.key))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: a.key}
}

// goodCertificate is the one that clients of a stage trust.
var goodCertificate = sync.OnceValue(func() tls.Certificate { return stageAuthority().issue(nil) })

func stageTLS(p Protocol) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{goodCertificate()}, NextProtos: alpn(p)}
}

func alpn(p Protocol) []string {
	if p == HTTP2 {
		return []string{"h2", "http/1.1"}
	}
	return []string{"http/1.1"}
}

// must is for what fails only where the machine has no randomness.
func must[T any](value T, err error) T {
	if err != nil {
		panic("azmistraltest: " + err.Error())
	}
	return value
}

// playOwn lets a scenario listen by itself.
func (s *Stage) playOwn(tb TB, p Protocol, listener net.Listener) { s.scenario.own(s) }
