package wire

import (
	"fmt"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// asCBOR is a tree as RPC v2 has it, moments tagged as seconds since 1970.
func asCBOR(v any) cbor.Value {
	switch v := v.(type) {
	case Struct:
		m := cbor.Map{}
		for _, f := range v {
			if f[1] != nil {
				m[f.name()] = asCBOR(f[1])
			}
		}
		return m
	case List:
		l := make(cbor.List, len(v.Values))
		for i, x := range v.Values {
			l[i] = asCBOR(x)
		}
		return l
	case string:
		return cbor.String(v)
	case bool:
		return cbor.Bool(v)
	case int:
		return whole(int64(v))
	case int64:
		return whole(v)
	case float64:
		return cbor.Float64(v)
	case time.Time:
		return &cbor.Tag{ID: 1, Value: cbor.Float64(epoch(v))}
	}
	panic(fmt.Sprintf("wire: a tree holds no %T", v))
}

func whole(n int64) cbor.Value {
	if n < 0 {
		return cbor.NegInt(-n)
	}
	return cbor.Uint(n)
}
