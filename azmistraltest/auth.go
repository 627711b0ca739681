package azmistraltest

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"
)

// checkCredential says whether a request's credential is good at this place: nil, or the
// refusal. Two credentials at once are taken when one of them is good, as
// Microsoft's own clients send the key in both headers.
func (h *Handler) checkCredential(r *Request) *refusal {
	p, s := r.place, r.place.service
	key := r.Header.Get("api-key")
	scheme, bearer, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	bearer = strings.TrimSpace(bearer)
	if !strings.EqualFold(scheme, "Bearer") {
		bearer = ""
	}

	keyGiven := s.keyHeader && key != "" || s.keyBearer && bearer != "" && !isToken(bearer)
	keyGood := s.keyHeader && slices.Contains(h.options.Keys, key) ||
		s.keyBearer && slices.Contains(h.options.Keys, bearer)
	if keyGood && !h.options.KeysDisabled {
		return nil
	}
	if s.tokens && bearer != "" {
		if slices.Contains(h.options.Tokens, bearer) {
			return nil
		}
		if isToken(bearer) {
			return h.checkToken(bearer, p)
		}
	}
	switch {
	case keyGood:
		return refuseKeysDisabled()
	case keyGiven:
		return refuseKey(p)
	}
	return refuseMissing(p)
}

// checkToken reads the claims of an unsigned test token.
func (h *Handler) checkToken(token string, p place) *refusal {
	claims := tokenClaims(token)
	expires, ok := claims.get("exp").number()
	if ok && time.Now().After(time.Unix(int64(expires), 0)) {
		return refuseAudience(p)
	}
	if !h.audienceTaken(claims.get("aud"), p) {
		return refuseAudience(p)
	}
	if claims.get(claimNoRole).yes() {
		return refusePermission()
	}
	return nil
}

func (h *Handler) audienceTaken(claim *node, p place) bool {
	wanted := wantedAudiences(p)
	if len(wanted) == 0 {
		return true
	}
	wanted = append(wanted, h.options.Audiences...)
	given := claim.list()
	if claim.is(kindString) {
		given = []*node{claim}
	}
	for _, audience := range given {
		for _, w := range wanted {
			if plainAudience(audience.str()) == plainAudience(w) {
				return true
			}
		}
	}
	return false
}

// wantedAudiences are those of the route, in the cloud of the host. A project
// takes the first only.
func wantedAudiences(p place) []string {
	audiences := slices.Clone(p.service.audiences)
	if p.project {
		audiences = audiences[:1]
	}
	if p.cloud != "" {
		for i, audience := range audiences {
			audiences[i] = strings.TrimSuffix(audience, "azure.com") + p.cloud
		}
	}
	return audiences
}

// plainAudience drops what differs between a scope and the claim made of it.
func plainAudience(audience string) string {
	return strings.ToLower(strings.TrimRight(strings.TrimSuffix(audience, "/.default"), "/"))
}

// isToken says whether a bearer value is a JSON web token rather than a key.
func isToken(bearer string) bool {
	return strings.Count(bearer, ".") == 2 && tokenClaims(bearer) != nil
}

// tokenClaims gives a token's claims; nil where it is none.
func tokenClaims(token string) *node {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	data, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil
	}
	claims, err := parseJSON(data)
	if err != nil || !claims.is(kindObject) {
		return nil
	}
	return claims
}
