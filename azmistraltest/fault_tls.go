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

	"github.com/azmistral/azmistral"
)

// tlsScenarios fail before HTTP, or nearly.
func tlsScenarios() []Scenario {
	untrusted := func(words ...string) Want {
		return Want{Err: azmistral.ErrUnavailable, Sends: 1, Words: append(words, "certificate")}
	}
	// served is the stage's handler behind a certificate, or a wish of its own.
	served := func(config func(*tls.Config)) func(*Stage, *playing) {
		return func(s *Stage, p *playing) {
			c := stageTLS(p.protocol)
			config(c)
			server := s.server()
			server.TLSConfig = c
			s.base = "https://" + p.listener.Addr().String()
			s.serve(p.tb, server, tls.NewListener(&countedListener{p.listener, s}, c))
		}
	}
	certificate := func(change func(*x509.Certificate)) func(*Stage, *playing) {
		return served(func(c *tls.Config) { c.Certificates = []tls.Certificate{stageAuthority().issue(change)} })
	}
	raw := func(serve func(net.Conn)) func(*Stage, *playing) {
		return func(s *Stage, p *playing) { p.accept(s, "https", serve) }
	}
	down := Want{Err: azmistral.ErrUnavailable, Loose: true}
	hello := func(c net.Conn) { _, _ = c.Read(make([]byte, 4096)) }
	return []Scenario{
		{Name: "tls-good", Does: "speaks TLS with a certificate that is trusted", Want: anySends(wantText(stageText)), own: served(func(*tls.Config) {})},
		{Name: "tls-12", Does: "speaks TLS 1.2 at most", Want: anySends(wantText(stageText)), own: served(func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 })},
		{Name: "tls-untrusted", Does: "has a certificate that nobody trusts", Want: untrusted(),
			own: served(func(c *tls.Config) { c.Certificates = []tls.Certificate{newAuthority().issue(nil)} })},
		{Name: "tls-expired", Does: "has a certificate that is out of date", Want: untrusted("expired"),
			own: certificate(func(c *x509.Certificate) { c.NotAfter = time.Now().AddDate(0, 0, -1) })},
		{Name: "tls-not-yet", Does: "has a certificate that is not valid yet", Want: untrusted(),
			own: certificate(func(c *x509.Certificate) { c.NotBefore = time.Now().AddDate(0, 0, 1) })},
		{Name: "tls-wrong-host", Does: "has a certificate for another host", Want: untrusted(),
			own: certificate(func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = []string{"other.example.com"}, nil })},
		{Name: "tls-wrong-use", Does: "has a certificate that is not for servers", Want: untrusted(),
			own: certificate(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })},
		{Name: "tls-old", Does: "speaks TLS 1.0 alone", Want: Want{Err: azmistral.ErrUnavailable, Words: []string{"tls"}, Attempts: 5},
			own: raw(func(c net.Conn) { hello(c); write(c, "\x15\x03\x01\x00\x02\x02\x46") })},
		{Name: "tls-plain-answer", Does: "answers the handshake in plain HTTP", Want: down,
			own: raw(func(c net.Conn) { hello(c); write(c, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n") })},
		{Name: "tls-closed", Does: "closes the connection in the handshake", Want: down, own: raw(hello)},
		{Name: "tls-reset", Does: "resets the connection in the handshake", Want: down, own: raw(func(c net.Conn) { hello(c); linger(c) })},
		{Name: "tls-garbage", Does: "answers the handshake with garbage", Want: down,
			own: raw(func(c net.Conn) { hello(c); write(c, "\x16\x03\x03\xff\xff"+tile) })},
		{Name: "tls-stall", Does: "goes silent in the handshake", set: impatientAtFirst, own: raw(untilClosed),
			Want: Want{Err: azmistral.ErrTimeout, Sends: 1, Words: []string{"StartTimeout"}}},
		{Name: "tls-client-certificate", Does: "wants a certificate of the client", Want: down,
			own: served(func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert })},
		{Name: "tls-cut", Does: "closes the connection in the middle of the answer, without TLS's own end", Protocols: []Protocol{HTTP1}, Want: anySends(wantHalf()),
			own: served(func(*tls.Config) {}), reply: nil, inner: func(args) Reply {
				return onWire(func(c net.Conn, o *output) {
					write(c, o.head("Connection: close")+o.text()[:len(o.text())/2])
					if inner, ok := c.(*tls.Conn); ok {
						inner.NetConn().Close()
					}
				})
			}},
	}
}

// countedListener counts connections: a handshake that fails brings no request.
type countedListener struct {
	net.Listener
	stage *Stage
}

func (l *countedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		l.stage.arrived.Add(1)
	}
	return c, err
}

// authority signs the certificates of every stage. It lives in memory only.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

var stageAuthority = sync.OnceValue(newAuthority)

func newAuthority() *authority {
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
}

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
