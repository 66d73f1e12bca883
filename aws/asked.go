package aws

import (
	"context"
	"slices"
	"strings"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
)

// Asked is one request that is about to be sent.
type Asked struct {
	Region    string // whose endpoint is asked, as Spec names it
	Operation string // as a permission is written: ecs:UpdateService
	Target    string // what it is called on, such as cluster/service; "" where that is not known
	Changes   bool   // it changes something
}

type askedKey struct{}

// naming gives a request the name under which Spec.Asked is told of it.
func naming(ctx context.Context, a Asked) context.Context {
	return context.WithValue(ctx, askedKey{}, a)
}

// tellAsked has the clients of a configuration tell spec.Asked of every request right before it is sent. It stands in the
// clients themselves, so that no request escapes it: credentials that are renewed in the middle of a call neither.
func tellAsked(spec Spec) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("TellAsked", func(
			ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
		) (middleware.DeserializeOutput, middleware.Metadata, error) {
			if spec.Asked != nil {
				spec.Asked(ctx, askedNow(ctx, spec.Region))
			}
			return next.HandleDeserialize(ctx, in)
		}), middleware.After)
	}
}

// askedNow is the request that ctx belongs to: under the name that it was given, else under the SDK's. A name is that of
// another request where this one is made on its behalf, for credentials.
func askedNow(ctx context.Context, region string) Asked {
	service, action := permissionService(awsmiddleware.GetServiceID(ctx)), awsmiddleware.GetOperationName(ctx)
	if named, ok := ctx.Value(askedKey{}).(Asked); ok {
		s, a, _ := strings.Cut(named.Operation, ":")
		if s == service && (a == action || s == "s3") { // S3's permissions are not called like its operations
			return named
		}
	}
	return Asked{Region: region, Operation: service + ":" + action, Changes: !reads(action)}
}

var readingVerbs = []string{"Describe", "List", "Get", "BatchGet", "Head", "AssumeRole"}

// reads says whether an operation changes nothing, by its name.
func reads(action string) bool {
	return slices.ContainsFunc(readingVerbs, func(verb string) bool { return strings.HasPrefix(action, verb) })
}

// permissionService is what a service is called in permissions, by what the SDK calls it.
func permissionService(id string) string {
	switch id {
	case "Application Auto Scaling":
		return "application-autoscaling"
	case "Elastic Load Balancing v2":
		return "elasticloadbalancing"
	case "Resource Groups Tagging API":
		return "tag"
	}
	return strings.ToLower(strings.ReplaceAll(id, " ", ""))
}
