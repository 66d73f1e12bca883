package aws

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// onlyRealAnswers has a call fail whose answer cannot be the API's. The SDK takes an empty body, and for the query
// protocol any text at all, for an answer without content: a proxy's "200 OK" would turn a database into one that does
// not exist.
func onlyRealAnswers(stack *middleware.Stack) error {
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("OnlyRealAnswers", realAnswer), middleware.After)
}

func realAnswer(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
	out middleware.DeserializeOutput, metadata middleware.Metadata, err error,
) {
	out, metadata, err = next.HandleDeserialize(ctx, in)
	r, ok := out.RawResponse.(*smithyhttp.Response)
	if err != nil || !ok || r.StatusCode >= 300 || ofAnObject(ctx) {
		return out, metadata, err
	}
	begins := "{"
	if q, ok := in.Request.(*smithyhttp.Request); ok {
		switch q.Header.Get("Content-Type") {
		case "application/x-www-form-urlencoded", "application/xml":
			begins = "<"
		case "": // a question without a body: CloudFront answers in XML, a credentials endpoint in JSON
			begins = "<{"
		case "application/cbor":
			return out, metadata, nil // any byte may begin one, and nothing but a map is taken
		}
	}
	body := bufio.NewReader(r.Body)
	r.Body = struct {
		io.Reader
		io.Closer
	}{body, r.Body}
	return out, metadata, beginsWith(body, begins)
}

// ofAnObject says whether a call's answer may be anything: an object of S3's, or nothing after one was written. Bucket looks
// at those itself.
func ofAnObject(ctx context.Context) bool {
	op := awsmiddleware.GetOperationName(ctx)
	return awsmiddleware.GetServiceID(ctx) == s3.ServiceID && (op == "GetObject" || op == "PutObject")
}

func beginsWith(r *bufio.Reader, want string) error {
	for {
		first, err := r.Peek(1)
		switch {
		case err == io.EOF:
			return &smithy.DeserializationError{Err: fmt.Errorf("the answer is empty")}
		case err != nil:
			return &smithy.DeserializationError{Err: err}
		case strings.IndexByte(want, first[0]) >= 0:
			return nil
		case first[0] != ' ' && first[0] != '\n' && first[0] != '\r' && first[0] != '\t':
			return &smithy.DeserializationError{Err: fmt.Errorf("the answer begins with %q, not with one of %q", first[0], want)}
		}
		_, _ = r.Discard(1)
	}
}
