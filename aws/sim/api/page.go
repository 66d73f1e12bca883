package api

import (
	"encoding/base64"
	"strconv"
	"strings"

	"lifeboat/aws/sim/wire"
)

// paging is how a service asks for a page of a list.
type paging struct {
	token, size string // names of the members
	most        int    // elements of a page if not said, and the most
}

// cut is the page that a request asks for, and the token of the next one, nil after the last.
func cut[T any](in wire.In, p paging, all []T) (page []T, next any, err error) {
	from := 0
	if token := in.String(p.token); token != "" {
		if from, err = readToken(token); err != nil || from > len(all) {
			return nil, nil, wire.Refuse("InvalidParameterException", "%s is not valid: %q", p.token, token)
		}
	}
	size := min(max(1, in.Int(p.size, p.most)), p.most)
	to := min(from+size, len(all))
	if to < len(all) {
		next = writeToken(to)
	}
	return all[from:to], next, nil
}

func writeToken(n int) string {
	return base64.RawURLEncoding.EncodeToString([]byte("at:" + strconv.Itoa(n)))
}

func readToken(token string) (int, error) {
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(strings.TrimPrefix(string(text), "at:"))
	if n < 0 {
		return 0, strconv.ErrRange
	}
	return n, err
}
