package edge

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// keeper holds a configuration of CloudFront's as it was read, and lets none be written that has lost a part of it: what
// the SDK has no name for it drops, and CloudFront takes what is not said for switched off.
type keeper struct {
	id   string // the distribution's
	read []byte
}

// reading keeps the answer of a request.
func (k *keeper) reading(o *cloudfront.Options) {
	o.APIOptions = append(slices.Clone(o.APIOptions), func(stack *middleware.Stack) error {
		return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("KeepAnswer", k.keep), middleware.After)
	})
}

func (k *keeper) keep(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (out middleware.DeserializeOutput, m middleware.Metadata, err error) {
	out, m, err = next.HandleDeserialize(ctx, in)
	response, ok := out.RawResponse.(*smithyhttp.Response)
	if err != nil || !ok {
		return out, m, err
	}
	if k.read, err = io.ReadAll(response.Body); err != nil {
		return out, m, &smithy.DeserializationError{Err: err}
	}
	response.Body = io.NopCloser(bytes.NewReader(k.read)) // the transport's own is at its end
	return out, m, nil
}

// writing compares what is about to be sent with what was read.
func (k *keeper) writing(o *cloudfront.Options) {
	o.APIOptions = append(slices.Clone(o.APIOptions), func(stack *middleware.Stack) error {
		return stack.Finalize.Add(middleware.FinalizeMiddlewareFunc("CompareRequest", k.compare), middleware.Before)
	})
}

func (k *keeper) compare(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
	var out middleware.FinalizeOutput
	request, ok := in.Request.(*smithyhttp.Request)
	if !ok {
		return out, middleware.Metadata{}, errors.New("the request is no HTTP")
	}
	written, err := io.ReadAll(request.GetStream())
	if err == nil {
		err = request.RewindStream()
	}
	if err == nil {
		err = lost(k.read, written)
	}
	if err != nil {
		return out, middleware.Metadata{}, refusedUpdate(k.id, err)
	}
	return next.HandleFinalize(ctx, in)
}

// lost names what one document says and the other does not; nil where the other says all of it. Targets of behaviours may
// differ.
func lost(before, after []byte) error {
	was, err := leaves(before)
	if err != nil {
		return err
	}
	now, err := leaves(after)
	if err != nil {
		return err
	}
	for _, leaf := range was {
		path, _, _ := strings.Cut(leaf, "=")
		if i := slices.Index(now, leaf); i >= 0 {
			now = slices.Delete(now, i, i+1)
		} else if !strings.HasSuffix(path, ".TargetOriginId") {
			return fmt.Errorf("its configuration has a part that this Lifeboat does not know and would lose, %s: change it by other means", path)
		}
	}
	return nil
}

// leaves are the texts of an XML document with their paths: "DistributionConfig.Origins.Items.Origin.Id=standby".
func leaves(document []byte) (all []string, err error) {
	decoder := xml.NewDecoder(bytes.NewReader(document))
	var path []string
	text := ""
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			path, text = append(path, t.Name.Local), ""
		case xml.CharData:
			text += string(t)
		case xml.EndElement:
			if strings.TrimSpace(text) != "" {
				all = append(all, strings.Join(path, ".")+"="+text)
			}
			path, text = path[:len(path)-1], ""
		}
	}
}
